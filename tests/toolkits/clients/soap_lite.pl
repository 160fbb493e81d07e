# SOAP::Lite: perl soap_lite.pl querydata|autotask
use strict;
use warnings;
use utf8;
use Encode qw(decode);
use SOAP::Lite;

binmode STDOUT, ':encoding(UTF-8)';
$| = 1;
my %env = map { $_ => decode('UTF-8', $ENV{$_}) } keys %ENV;

# Asked when the service challenges.
sub SOAP::Transport::HTTP::Client::get_basic_credentials { return @env{qw(AUTOTASK_USER AUTOTASK_PASSWORD)} }

sub step {
    my ($step, $text) = @_;
    print "== $step\n$text\n";
}

# Operations and address are read from the description. The stubs which SOAP::Lite makes of it are of no use: they
# send arguments without a namespace, and .NET passes over those.
sub client {
    my ($wsdl, $service, $namespace) = @_;
    my $operations = SOAP::Schema->new->schema_url($wsdl)->parse->services->{$service};
    step('description', join ' ', keys %$operations);
    my ($operation) = values %$operations;
    return SOAP::Lite->proxy("$operation->{endpoint}")->default_ns($namespace)->on_action(sub { join '', @_ })
        ->on_fault(sub { my ($soap, $answer) = @_; die ref $answer ? $answer : $soap->transport->status . "\n" });
}

sub querydata {
    my $client = client($env{QUERYDATA_WSDL}, 'IRTHNetWOIntegration', 'http://tempuri.org/');
    my $ask = sub { $client->call('QueryData', SOAP::Data->name(json => $_[0])->type('string'))->result };
    step('login', $ask->($env{QUERYDATA_SUMMARY}));
    step('read', $ask->($env{QUERYDATA_DETAILS}));
    eval { $ask->($env{QUERYDATA_REFUSED}) };
    step('fault', $@->faultstring);
}

sub autotask {
    my $client = client($env{AUTOTASK_WSDL}, 'ATWS', 'http://autotask.net/ATWS/v1_6/');
    my $code = SOAP::Data->name(IntegrationCode => $env{AUTOTASK_CODE});
    my $header = SOAP::Header->name('AutotaskIntegrations')->value(\$code)
        ->attr({ xmlns => 'http://autotask.net/ATWS/v1_6/' });
    my $used = $client->call('getThresholdAndUsageInfo', $header);
    step('login', $used->valueof('//EntityReturnInfo/Message'));
    my $found = $client->call('query', $header, SOAP::Data->name(sXML => $env{AUTOTASK_QUERY})->type('string'));
    step('read', $found->valueof('//Entity/Title'));

    my $ticket = sub {
        my ($id, $status) = @_;
        my @fields = (
            [id => $id, 'long'], [AccountID => $env{AUTOTASK_ACCOUNT}, 'int'],
            [DueDateTime => '2026-03-05T12:30:00', 'dateTime'], [Priority => 1, 'int'], [Status => $status, 'int'],
            [Title => $env{AUTOTASK_TITLE}, 'string'],
        );
        my $entity = SOAP::Data->name('Entity')->attr({ 'xsi:type' => 'Ticket' })
            ->value(\SOAP::Data->value(map { SOAP::Data->name($_->[0])->value($_->[1])->type($_->[2]) } @fields));
        return SOAP::Data->name('Entities')->value(\$entity);
    };
    my $made = $client->call('create', $header, $ticket->(0, 1));
    my $changed = $client->call('update', $header, $ticket->($made->valueof('//EntityReturnInfo/EntityId'), 5));
    step('write', $changed->valueof('//EntityReturnInfo/EntityId'));
    eval { $client->call('GetFieldInfo', $header, SOAP::Data->name(psObjectType => 'Nothing')) };
    step('fault', $@->faultstring);
}

{ querydata => \&querydata, autotask => \&autotask }->{ $ARGV[0] }->();

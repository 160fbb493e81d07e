# SOAP::Lite with the calls that it makes from the description: perl soap_lite_stubs.pl querydata|autotask
use strict;
use warnings;
use SOAP::Lite;

$| = 1;

sub SOAP::Transport::HTTP::Client::get_basic_credentials { return @ENV{qw(AUTOTASK_USER AUTOTASK_PASSWORD)} }

sub refused { my ($soap, $answer) = @_; die ref $answer ? $answer->faultstring . "\n" : $soap->transport->status . "\n" }

sub querydata {
    my $service = SOAP::Lite->service($ENV{QUERYDATA_WSDL})->on_fault(\&refused);
    print "== description\n", ref $service, "\n";
    print "== login\n", $service->QueryData($ENV{QUERYDATA_SUMMARY}), "\n";
}

sub autotask {
    my $service = SOAP::Lite->service($ENV{AUTOTASK_WSDL})->on_fault(\&refused)->want_som(1);
    print "== description\n", ref $service, "\n";
    my $code = SOAP::Data->name(IntegrationCode => $ENV{AUTOTASK_CODE});
    my $header = SOAP::Header->name('AutotaskIntegrations')->value(\$code)
        ->attr({ xmlns => 'http://autotask.net/ATWS/v1_6/' });
    print "== login\n", $service->getThresholdAndUsageInfo($header)->valueof('//EntityReturnInfo/Message'), "\n";
    my $found = $service->query($ENV{AUTOTASK_QUERY}, $header);
    die $found->valueof('//ATWSError/Message') . "\n" unless $found->valueof('//Entity');
    print "== read\n", $found->valueof('//Entity/Title'), "\n";
}

{ querydata => \&querydata, autotask => \&autotask }->{ $ARGV[0] }->();

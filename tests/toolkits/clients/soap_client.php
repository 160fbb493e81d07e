<?php
// PHP's own SoapClient: php soap_client.php querydata|autotask

function say(string $step, mixed $text): void
{
    echo "== $step\n$text\n";
}

function querydata(): void
{
    $client = new SoapClient(getenv('QUERYDATA_WSDL'), ['cache_wsdl' => WSDL_CACHE_NONE]);
    say('description', implode(' ', $client->__getFunctions()));
    $ask = fn (string $name): string => $client->QueryData(['json' => getenv($name)])->QueryDataResult;
    say('login', $ask('QUERYDATA_SUMMARY'));
    say('read', $ask('QUERYDATA_DETAILS'));
    try {
        $ask('QUERYDATA_REFUSED');
    } catch (SoapFault $fault) {
        say('fault', $fault->getMessage());
    }
}

function autotask(): void
{
    $space = 'http://autotask.net/ATWS/v1_6/';
    $client = new SoapClient(getenv('AUTOTASK_WSDL'), [
        'cache_wsdl' => WSDL_CACHE_NONE,
        'login' => getenv('AUTOTASK_USER'),
        'password' => getenv('AUTOTASK_PASSWORD'),
        'features' => SOAP_SINGLE_ELEMENT_ARRAYS,
    ]);
    say('description', implode(' ', $client->__getFunctions()));
    $client->__setSoapHeaders(
        new SoapHeader($space, 'AutotaskIntegrations', ['IntegrationCode' => getenv('AUTOTASK_CODE')])
    );
    $used = $client->getThresholdAndUsageInfo()->getThresholdAndUsageInfoResult;
    say('login', $used->EntityReturnInfoResults->EntityReturnInfo[0]->Message);
    $found = $client->query(['sXML' => getenv('AUTOTASK_QUERY')])->queryResult;
    say('read', $found->EntityResults->Entity[0]->Title);

    $fields = [
        'id' => 0,
        'AccountID' => (int) getenv('AUTOTASK_ACCOUNT'),
        'Title' => getenv('AUTOTASK_TITLE'),
        'Status' => 1,
        'Priority' => 1,
        'DueDateTime' => '2026-03-05T12:30:00',
    ];
    // The list holds entities; SoapVar says that this one is a ticket, which the wire tells as xsi:type.
    $ticket = fn (array $fields): array => [
        'Entities' => ['Entity' => [new SoapVar($fields, SOAP_ENC_OBJECT, 'Ticket', $space)]],
    ];
    $made = $client->create($ticket($fields))->createResult->EntityReturnInfoResults->EntityReturnInfo[0];
    $changed = $client->update($ticket(['id' => $made->EntityId, 'Status' => 5] + $fields))->updateResult;
    say('write', $changed->EntityReturnInfoResults->EntityReturnInfo[0]->EntityId);
    try {
        $client->GetFieldInfo(['psObjectType' => 'Nothing']);
    } catch (SoapFault $fault) {
        say('fault', $fault->getMessage());
    }
}

$argv[1]();

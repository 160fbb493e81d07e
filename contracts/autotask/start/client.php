<?php
// A reader of Autotask's SOAP service in PHP, done right: envelopes by hand and DOM, what was active since, what was deleted.
// mockservers check autotask --client 'php client.php'
require __DIR__ . '/../../clients/session.php';

const ATWS = 'http://autotask.net/ATWS/v1_6/';
const TYPES = 'http://www.w3.org/2001/XMLSchema-instance';
const PAGE = 500;
const MIRRORED = ['TicketNumber', 'Title', 'Description', 'Resolution', 'Status', 'Priority', 'QueueID', 'Source', 'AccountID',
    'AssignedResourceID', 'EstimatedHours', 'PurchaseOrderNumber', 'CreateDate', 'LastActivityDate', 'DueDateTime', 'CompletedDate'];

class Failed extends Exception
{
    public function __construct(public string $kind, string $message) { parent::__construct($message); }
}

class Client
{
    private string $endpoint, $service = '', $since = '';
    private array $credentials, $tickets = [];
    private DateTimeZone $zone;
    private string $gone = '0';

    public function hello(): array
    {
        $told = ['name' => 'Autotask in PHP', 'protocol' => 1, 'tasks' => ['sync', 'mirror'], 'mirrors' => MIRRORED];
        return [...$told, 'options' => ['time_zone']];
    }

    public function reset(array $told): void
    {
        [$this->endpoint, $this->credentials] = [$told['endpoint'], $told['credentials']];
        $this->zone = new DateTimeZone($told['options']['time_zone']);
    }

    public function sync(): void
    {
        $this->spareTheRest();
        $since = $this->since;
        // From the same moment on, as the vendor wrote it: more may have happened in that very moment.
        $test = $since === '' ? '' : self::condition('LastActivityDate', 'GreaterThanOrEquals', $since);
        $place = 0;
        foreach ($this->all('Ticket', $test) as $row) {
            $this->tickets[self::text($row, 'id')] = $this->read($row);
            // Later pages are answered later, and may be younger than a change of what the first one showed.
            if ($place++ < PAGE) $since = max($since, self::text($row, 'LastActivityDate'));
        }
        $this->since = $since; // only a walk that reached its end moves it
        foreach ($this->all('DeletedTicketLog', '', $this->gone) as $row) {
            unset($this->tickets[self::text($row, 'TicketID')]);
            $this->gone = self::text($row, 'id');
        }
    }

    public function mirror(): array
    {
        return array_map(fn ($id, $fields) => ['id' => (string) $id, 'fields' => $fields], array_keys($this->tickets), $this->tickets);
    }

    private function read(DOMElement $row): array
    {
        $fields = array_fill_keys(MIRRORED, null);
        foreach ($row->childNodes as $field)
            if ($field instanceof DOMElement && in_array($field->localName, MIRRORED)) $fields[$field->localName] = $this->value($field);
        return $fields;
    }

    private function value(DOMElement $field): mixed
    {
        $text = $field->textContent;
        if ($text === '') return null;
        return match (preg_replace('/^.*:/', '', $field->getAttributeNS(TYPES, 'type'))) {
            'int', 'long', 'short' => (int) $text,
            'double', 'decimal', 'float' => (float) $text,
            'boolean' => in_array($text, ['true', '1']),
            'dateTime' => (new DateTime($text, $this->zone))->format('Y-m-d\TH:i:s.vP'), // no offset stands there
            default => $text,
        };
    }

    /** Past the limit the customer's whole database is shut out, for every integration. */
    private function spareTheRest(): void
    {
        preg_match_all('/: *(\d+)/', self::text($this->call('getThresholdAndUsageInfo', ''), 'Message'), $numbers);
        [$limit, , $used] = $numbers[1];
        if ($used > $limit * 0.9) throw new Failed('refused', "$used of $limit requests are used; the rest is left to others");
    }

    /** Every row; rows come by ascending id. */
    private function all(string $entity, string $tests, string $after = '0'): Generator
    {
        do {
            $question = "<queryxml><entity>$entity</entity><query>$tests" . self::condition('id', 'GreaterThan', $after) . '</query></queryxml>';
            // XML inside XML: a text of the question is escaped once for each of them.
            $rows = iterator_to_array($this->call('query', '<sXML>' . self::escaped($question) . '</sXML>')->getElementsByTagNameNS('*', 'Entity'));
            foreach ($rows as $row) yield $row;
            if ($rows) $after = self::text(end($rows), 'id');
        } while (count($rows) === PAGE);
    }

    private function call(string $operation, string $inside): DOMElement
    {
        if ($this->service === '') {
            $zone = $this->post($this->endpoint, 'getZoneInfo', '<UserName>' . self::escaped($this->credentials['user']) . '</UserName>');
            if (self::text($zone, 'ErrorCode') !== '0') throw new Failed('refused', 'this user has no zone');
            $this->service = self::text($zone, 'URL');
        }
        $answer = $this->post($this->service, $operation, $inside);
        if (self::text($answer, 'ReturnCode') !== '1') throw new Failed('refused', self::text($answer, 'Message'));
        return $answer;
    }

    private function post(string $address, string $operation, string $inside): DOMElement
    {
        $code = self::escaped($this->credentials['IntegrationCode']);
        $body = '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Header><AutotaskIntegrations xmlns="' . ATWS
            . "\"><IntegrationCode>$code</IntegrationCode></AutotaskIntegrations></soap:Header>"
            . "<soap:Body><$operation xmlns=\"" . ATWS . "\">$inside</$operation></soap:Body></soap:Envelope>";
        $login = base64_encode("{$this->credentials['user']}:{$this->credentials['password']}");
        $headers = ['Content-Type: text/xml; charset=utf-8', 'SOAPAction: "' . ATWS . "$operation\"", "Authorization: Basic $login", 'Connection: close'];
        $http = ['method' => 'POST', 'content' => $body, 'header' => $headers, 'ignore_errors' => true, 'timeout' => 90, 'protocol_version' => 1.1];
        $content = @file_get_contents($address, false, stream_context_create(['http' => $http]));
        if ($content === false || !isset($http_response_header)) throw new Failed('transport', 'no answer came');
        $status = (int) explode(' ', $http_response_header[0])[1];
        if ($status === 401) throw new Failed('refused', 'the login was refused');
        libxml_use_internal_errors(true);
        $answer = new DOMDocument();
        if (!$content || !$answer->loadXML($content, LIBXML_PARSEHUGE)) throw new Failed('transport', "status $status, and no whole answer");
        $fault = $answer->getElementsByTagNameNS('*', 'Fault')->item(0);
        if ($fault) throw new Failed('refused', self::text($fault, 'faultstring'));
        $result = $answer->getElementsByTagNameNS(ATWS, "{$operation}Result")->item(0);
        if ($status !== 200 || !$result) throw new Failed('transport', "status $status, and no answer of $operation");
        return $result;
    }

    private static function condition(string $field, string $operator, string $value): string
    {
        return "<field>$field<expression op=\"$operator\">" . self::escaped($value) . '</expression></field>';
    }

    private static function escaped(string $text): string
    {
        return htmlspecialchars($text, ENT_XML1);
    }

    /** The text of the first element of that name, empty where there is none. */
    private static function text(DOMElement $inside, string $name): string
    {
        return $inside->getElementsByTagNameNS('*', $name)->item(0)?->textContent ?? '';
    }
}

mockservers\serve(Client::class);

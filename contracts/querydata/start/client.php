<?php
// A reader of QueryData in PHP, done right: SOAP by hand around JSON, short windows that overlap by the vendor's lag.
// mockservers check querydata --client 'php client.php'
require __DIR__ . '/../../clients/session.php';

const TIMES = ['CreateDate', 'LastActionDateTime', 'WorkStartDateTime'];
const MIRRORED = ['TicketNumber', 'Version', 'IsNewestVersion', 'TicketType', 'Priority', 'Status', 'Folder', 'AssignedTo', 'LastAction',
    'Explosives', 'DepthInches', 'LocateInstructions', 'Remarks', 'Excavator', 'Members', ...TIMES];

class Failed extends Exception
{
    public function __construct(public string $kind, string $message) { parent::__construct($message); }
}

class Client
{
    private string $endpoint, $code;
    private array $options, $unread = [], $tickets = [];
    private DateTimeZone $zone;
    private float $resume;

    public function hello(): array
    {
        $told = ['name' => 'QueryData in PHP', 'protocol' => 1, 'tasks' => ['sync', 'mirror'], 'mirrors' => MIRRORED];
        return [...$told, 'options' => ['time_zone']];
    }

    public function reset(array $told): void
    {
        [$this->endpoint, $this->code, $this->options] = [$told['endpoint'], $told['credentials']['AuthCode'], $told['options']];
        if (($this->options['result_formats'][$this->options['result_format']] ?? '') !== 'json')
            throw new Failed('refused', 'this client reads answers in JSON');
        $this->zone = new DateTimeZone($this->options['time_zone']);
        $this->resume = self::seconds($this->options['since']);
    }

    public function sync(): void
    {
        $now = self::seconds(mockservers\now());
        for ($start = $this->resume; ; $start = $end) {
            $end = min($start + 60 * $this->options['window_minutes'], $now);
            foreach ($this->summary($start, $end) as $id) $this->unread["#$id"] = $id; // a key of digits would become a number
            // Actions show up late, so the next sync begins that much before the present.
            $this->resume = min($end, $now - $this->options['lag_seconds']);
            if ($end >= $now) break;
        }
        $failed = null;
        foreach ($this->unread as $key => $id) {
            try {
                $found = $this->call('Details', 'UtilisphereID', 'EQUALS', $id)[$this->options['details_root']] ?? [];
            } catch (Failed $error) {
                // A ticket that the vendor cannot tell keeps no other from being read; who is not let in does not knock again.
                if ($error->kind !== 'refused' || str_contains($error->getMessage(), 'AuthCode')) throw $error;
                $failed = $error;
                continue;
            }
            unset($this->unread[$key], $this->tickets[$key]);
            foreach ($found as $ticket) $this->tickets["#{$ticket['UtilisphereID']}"] = $ticket;
        }
        if ($failed) throw $failed;
    }

    public function mirror(): array
    {
        $records = [];
        foreach ($this->tickets as $key => $ticket) {
            $fields = [];
            foreach (MIRRORED as $name) $fields[$name] = $this->value($name, $ticket[$name] ?? null);
            $records[] = ['id' => substr($key, 1), 'fields' => $fields];
        }
        return $records;
    }

    private function value(string $name, mixed $value): mixed
    {
        if ($value === null || !in_array($name, TIMES)) return $value;
        return (new DateTime(str_replace('/', '-', $value), $this->zone))->format('Y-m-d\TH:i:s.uP'); // no zone stands there
    }

    private static function seconds(string $text): float
    {
        return (float) (new DateTime($text))->format('U.u');
    }

    /** Ids of tickets whose latest action lies in a window, which is widened to whole minutes. */
    private function summary(float $start, float $end): array
    {
        $window = $this->minute(floor($start / 60)) . '-' . $this->minute(ceil($end / 60));
        $found = $this->call('Summary', 'LastActionDateTime', 'TIME_BETWEEN', $window)['UtilisphereIDs'] ?? [];
        return array_map(strval(...), $found);
    }

    private function minute(float $minutes): string
    {
        return (new DateTime('@' . (int) ($minutes * 60)))->setTimezone($this->zone)->format('Y/m/d H:i');
    }

    private function call(string $type, string $field, string $operation, string $value): array
    {
        $question = ['AuthCode' => $this->code, 'ItemType' => 'Ticket', 'ResultType' => $type,
            'ResultFormat' => $this->options['result_format'], 'UseWarehouse' => false,
            'Filters' => [['Field' => $field, 'Operation' => $operation, 'Value' => $value]]];
        ['namespace' => $namespace, 'parameter' => $parameter] = $this->options;
        $payload = htmlspecialchars(json_encode(['QueryData_V1' => $question]), ENT_XML1);
        $body = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
            . '<QueryData xmlns="' . htmlspecialchars($namespace, ENT_XML1 | ENT_COMPAT) . "\"><$parameter>$payload</$parameter></QueryData>"
            . '</s:Body></s:Envelope>';
        $headers = ['Content-Type: text/xml; charset=utf-8', 'SOAPAction: "' . rtrim($namespace, '/') . '/QueryData"', 'Connection: close'];
        $http = ['method' => 'POST', 'content' => $body, 'header' => $headers, 'ignore_errors' => true, 'timeout' => 60,
            'protocol_version' => 1.1];
        $content = @file_get_contents($this->endpoint, false, stream_context_create(['http' => $http]));
        libxml_use_internal_errors(true);
        $answer = new DOMDocument();
        if (!$content || !$answer->loadXML($content, LIBXML_PARSEHUGE)) throw new Failed('transport', 'no whole answer came');
        $fault = $answer->getElementsByTagNameNS('*', 'Fault')->item(0);
        if ($fault) throw new Failed('refused', trim($fault->textContent));
        $text = $answer->getElementsByTagNameNS('*', 'QueryDataResult')->item(0)?->textContent;
        $result = json_decode($text ?? '', true, 512, JSON_BIGINT_AS_STRING);
        if ($text !== 'null' && !is_array($result)) throw new Failed('transport', 'an answer without a result');
        if (isset($result['Error'])) throw new Failed('refused', "{$result['Error']['Code']}: {$result['Error']['Message']}");
        return $result ?? [];
    }
}

mockservers\serve(Client::class);

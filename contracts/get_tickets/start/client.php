<?php
// A reader of get_tickets in PHP, done right: pages of 25, XML, a server in UTC.
// mockservers check get_tickets --client 'php client.php'
require __DIR__ . '/../../clients/session.php';

const PAGE = 25;
const ENCODED = ['cid', 'company_name', 'contact', 'status', 'priority', 'updated_by', 'subject', 'summary'];
const DATES = ['date_opened', 'date_closed', 'due_date', 'last_updated'];
const PLAIN = ['assigned_tech', 'locked', 'parent_ticket'];
const MIRRORED = [...ENCODED, ...DATES, ...PLAIN];

class Failed extends Exception
{
    public function __construct(public string $kind, string $message) { parent::__construct($message); }
}

class Client
{
    private string $endpoint, $key;
    private array $tickets = [];

    public function hello(): array
    {
        return ['name' => 'get_tickets in PHP', 'protocol' => 1, 'tasks' => ['sync', 'mirror'], 'mirrors' => MIRRORED];
    }

    public function reset(array $told): void
    {
        ['format' => $format, 'time_zone' => $zone, 'culture' => $culture] = $told['options'];
        if ([$format, $zone, $culture] !== ['xml', 'UTC', 'us'])
            throw new Failed('refused', 'this client reads XML of servers in UTC with dates of the United States');
        [$this->endpoint, $this->key] = [$told['endpoint'], $told['credentials']['key']];
    }

    public function sync(): void
    {
        $found = [];
        for ($page = 1; ; $page++) {
            $tickets = $this->page($page);
            foreach ($tickets as [$id, $fields]) $found[$id] = $fields;
            if (count($tickets) < PAGE) break;
        }
        $this->tickets = $found; // only a walk that reached its end replaces what was known
    }

    public function mirror(): array
    {
        $records = [];
        foreach ($this->tickets as $id => $fields) $records[] = ['id' => (string) $id, 'fields' => $fields];
        return $records;
    }

    private function page(int $page): array
    {
        $query = ['key' => $this->key, 'action' => 'get_tickets', 'tid' => '*', 'order' => 'tid', 'count' => PAGE, 'page' => $page];
        $options = stream_context_create(['http' => ['ignore_errors' => true, 'timeout' => 20]]);
        $text = @file_get_contents("$this->endpoint?" . http_build_query($query), false, $options);
        libxml_use_internal_errors(true);
        $root = $text ? simplexml_load_string($text) : false;
        if ($root !== false && $root->getName() === 'response') throw new Failed('refused', urldecode(trim(strip_tags($text))));
        if ($root === false || $root->getName() !== 'tickets') throw new Failed('transport', 'no whole answer with tickets came');
        $tickets = [];
        foreach ($root->ticket as $ticket) {
            $fields = [];
            // Of two cids the first is the customer's; what comes again is left out.
            foreach ($ticket->children() as $name => $value)
                if (in_array($name, MIRRORED)) $fields[$name] ??= $this->value($name, (string) $value);
            $tickets[] = [(string) $ticket->tid, array_map(fn ($value) => $value[0], $fields)];
        }
        return $tickets;
    }

    /** What a field says, in a list of one: null is a value too. */
    private function value(string $name, string $text): array
    {
        if (in_array($name, ENCODED)) return [urldecode($text)];
        if ($text === '') return [null];
        if (in_array($name, DATES))
            return [DateTime::createFromFormat('m/d/Y h:i:s A', $text, new DateTimeZone('UTC'))->format('c')];
        return [$name === 'parent_ticket' ? (int) $text : $text];
    }
}

mockservers\serve(Client::class);

<?php
// A reader of SuperOffice in PHP: streams alone, the cookie of a session, ids in a form, $select, New York's clock, a file as mirror.
//
// It asks for the newest change before it walks, and next time for what changed from then on. Its pages are counted by $skip and
// overlap by one row: where the seam does not fit, a row was taken away, and the walk begins anew.
//
// mockservers check superoffice --client 'php contracts/superoffice/clients/superoffice_php.php'
require __DIR__ . '/../../clients/session.php';

const PAGE = 30;
const DATES = ['CreatedAt', 'LastChanged', 'Activate', 'ClosedAt', 'RepliedAt', 'Deadline', 'AlertTimeout'];
const PLAIN = ['Title', 'Author', 'FromAddress', 'BaseStatus', 'TicketStatus', 'Slevel', 'Origin', 'Priority', 'Category', 'OwnedBy',
    'OwnedByAssociateId', 'CustId', 'ConnectId', 'TimeSpent', 'NumMessages', 'NumReplies', 'HasAttachment', 'Sentiment', 'PriorityName'];
const MIRRORED = [...PLAIN, ...DATES];

class Failed extends Exception
{
    public function __construct(public string $kind, string $message) { parent::__construct($message); }
}

class Client
{
    private array $kept = ['tickets' => [], 'newest' => null];
    private string $url, $file;
    private array $credentials, $login;

    public function hello(): array
    {
        return ['name' => 'SuperOffice in PHP', 'protocol' => 1, 'tasks' => ['sync', 'mirror'], 'mirrors' => MIRRORED,
            'options' => ['restart', 'kill']];
    }

    public function reset(array $told): void
    {
        [$this->url, $this->credentials, $this->file] = [$told['url'], $told['credentials'], "{$told['state_dir']}/mirror.json"];
        $this->login = ["Cookie: SoSession={$this->credentials['SoSession']}", "X-XSRF-TOKEN: {$this->credentials['X-XSRF-TOKEN']}"];
        if (is_file($this->file)) $this->kept = json_decode(file_get_contents($this->file), true);
    }

    public function sync(): void
    {
        $newest = $this->rows(['$orderby' => 'lastChanged desc', '$top' => 1])[0]['lastChanged'] ?? null;
        $since = $this->kept['newest'];
        foreach (array_chunk($this->changed($since), 50) as $numbers) {
            $form = http_build_query(['TicketIds' => $numbers]);
            $query = http_build_query(['$select' => implode(',', ['TicketId', 'FieldProperties', ...MIRRORED])]);
            foreach ($this->call("api/v1/Agents/Ticket/GetTickets?$query", $form) as $ticket)
                if ($ticket !== null) $this->keep($ticket);
        }
        $this->kept['newest'] = $newest ?? $since;
        $this->save();
    }

    /** The numbers of tickets that changed since then, that second included; of all where that is not known. */
    private function changed(?string $since): array
    {
        $filter = $since === null ? [] : ['$filter' => "lastChanged afterTime '" . (new DateTime($since))->modify('-1 second')->format('c') . "'"];
        for ($tries = 0; $tries < 5; $tries++) {
            $numbers = [];
            do {
                $over = $numbers ? 1 : 0;
                $rows = $this->rows([...$filter, '$orderby' => 'ticketId', '$top' => PAGE, '$skip' => count($numbers) - $over]);
                if ($over && ($rows[0]['ticketId'] ?? null) !== end($numbers)) continue 2;
                array_push($numbers, ...array_column(array_slice($rows, $over), 'ticketId'));
            } while (count($rows) === PAGE);
            return $numbers;
        }
        throw new Failed('client', 'the list is never still');
    }

    private function rows(array $options): array
    {
        return $this->call('api/v1/Ticket?' . http_build_query(['$select' => 'ticketId,lastChanged', ...$options]))['value'];
    }

    private function keep(array $ticket): void
    {
        $known = $this->kept['tickets'][$ticket['TicketId']] ?? array_fill_keys(MIRRORED, null);
        foreach (MIRRORED as $name) {
            $right = $ticket['FieldProperties'][$name]['FieldRight']['Mask'] ?? '';
            if ($right !== 'None' && array_key_exists($name, $ticket))
                $known[$name] = in_array($name, DATES) ? self::date($ticket[$name]) : $ticket[$name];
        }
        $this->kept['tickets'][$ticket['TicketId']] = $known;
    }

    private static function date(?string $text): ?string
    {
        return $text === null || str_starts_with($text, '0001-') ? null : (new DateTime($text))->format('c');
    }

    /** Half a file would be worse than an old one. */
    private function save(): void
    {
        file_put_contents("{$this->file}.new", json_encode($this->kept, JSON_THROW_ON_ERROR));
        rename("{$this->file}.new", $this->file);
    }

    public function mirror(): array
    {
        return array_map(fn ($id, $fields) => ['id' => (string) $id, 'fields' => $fields],
            array_keys($this->kept['tickets']), $this->kept['tickets']);
    }

    // --- calls ---

    private function call(string $path, ?string $form = null): array
    {
        [$status, $content] = $this->send($path, $form, $this->login);
        if ($status === 401) {
            $this->login = ["Authorization: Bearer {$this->token()}"];
            [$status, $content] = $this->send($path, $form, $this->login);
        }
        if ($status !== 200) throw new Failed($status >= 500 ? 'transport' : 'refused', "status $status");
        return self::read($content);
    }

    private function token(): string
    {
        $form = ['grant_type' => 'refresh_token', 'refresh_token' => $this->credentials['refresh_token']];
        [$status, $content] = $this->send('login/common/oauth/tokens', http_build_query($form), []);
        if ($status !== 200) throw new Failed($status === 400 ? 'refused' : 'transport', "no token: status $status");
        return self::read($content)['access_token'];
    }

    private static function read(string $content): array
    {
        $value = json_decode($content, true);
        if (!is_array($value)) throw new Failed('transport', 'an answer that is no JSON');
        if (isset($value['Message']) || isset($value['ErrorMessage'])) throw new Failed('refused', 'an error under 200');
        return $value;
    }

    private function send(string $path, ?string $form, array $login): array
    {
        $headers = [...$login, 'Accept: application/json', 'Accept-Language: en', 'SO-TimeZone: US-NY, includeTZOffset', 'Connection: close'];
        $post = ['method' => 'POST', 'content' => $form];
        if ($form !== null) $headers[] = 'Content-Type: application/x-www-form-urlencoded';
        $http = ['header' => $headers, 'ignore_errors' => true, 'follow_location' => 0, 'timeout' => 60, 'protocol_version' => 1.1];
        $content = @file_get_contents("$this->url/$path", false, stream_context_create(['http' => $form === null ? $http : $http + $post]));
        if ($content === false || !isset($http_response_header)) throw new Failed('transport', 'no answer');
        return [(int) explode(' ', $http_response_header[0])[1], $content];
    }
}

mockservers\serve(Client::class);

<?php
// A reader of Track-It! in PHP, done right: every number is tried, since nothing lists tickets; a token lives until it is refused.
// mockservers check trackit --client 'php client.php'
require __DIR__ . '/../../clients/session.php';

const MIRRORED = ['1', '2', '7', '8', '12', '18', '22', '36', '39', '81', '83', '84', '95', '96', '100', '102', '106', '163'];
const NOTE = ['1', '3', '5', '7', '10', '14', '27'];
const PAGE = 20;

class Failed extends Exception
{
    public function __construct(public string $kind, string $message, public int $status = 0) { parent::__construct($message); }
}

class Client
{
    private string $endpoint, $token = '';
    private array $credentials, $options, $tickets = [];

    public function hello(): array
    {
        return ['name' => 'Track-It! in PHP', 'protocol' => 1, 'tasks' => ['sync', 'mirror'], 'mirrors' => [...MIRRORED, 'notes']];
    }

    public function reset(array $told): void
    {
        [$this->endpoint, $this->credentials, $this->options] = [$told['endpoint'], $told['credentials'], $told['options']];
    }

    public function sync(): void
    {
        $first = $this->options['first_id'];
        $last = max([$first - 1, ...array_keys($this->tickets)]);
        for ($number = $first; $number <= $last + $this->options['longest_gap'] + 1; $number++)
            if ($this->look($number)) $last = max($last, $number);
    }

    public function mirror(): array
    {
        return array_map(fn ($id, $fields) => ['id' => (string) $id, 'fields' => $fields], array_keys($this->tickets), $this->tickets);
    }

    /** Whether there is such a ticket; what there is replaces what was known. */
    private function look(int $number): bool
    {
        try {
            $answer = $this->call("tickets/$number");
            $ticket = $answer['Tickets'] ?? $answer['Ticket'] ?? throw new Failed('transport', 'an answer without a ticket');
            $this->tickets[$number] = self::shown($ticket, MIRRORED) + ['notes' => $this->notes($number)];
            return true;
        } catch (Failed $error) {
            if ($error->status === $this->options['unknown_status']) unset($this->tickets[$number]);
            elseif ($error->status !== 403) throw $error; // there, and not for us at the moment
            return false;
        }
    }

    private function notes(int $number): array
    {
        $found = [];
        for ($page = 1; ; $page++) {
            $listed = $this->call("tickets/$number/Notes/" . PAGE . "/$page")['TicketNotes'] ?? null;
            if (!is_array($listed)) throw new Failed('transport', 'an answer without notes');
            // A note that is added meanwhile moves the others, so that one can be told twice.
            foreach ($listed as $note) $found[$note['1']['Value']] = self::shown($note, NOTE);
            if (count($listed) < PAGE) return array_values($found);
        }
    }

    /** Values by field number; what has no value is not in the answer. Labels are the administrator's, who may change them. */
    private static function shown(array $record, array $names): array
    {
        return array_combine($names, array_map(fn ($name) => $record[$name]['Value'] ?? null, $names));
    }

    // --- calls ---

    private function call(string $path): array
    {
        $fresh = $this->token === '';
        if ($fresh) $this->login();
        try {
            return $this->send($path, ["Authorization: Bearer $this->token"]);
        } catch (Failed $error) {
            if ($error->status !== 401) throw $error;
            $this->token = '';
            if ($fresh) throw $error;
        }
        $this->login();
        return $this->send($path, ["Authorization: Bearer $this->token"]);
    }

    private function login(): void
    {
        $user = ['username' => $this->credentials['username'], 'password' => $this->credentials['password']];
        try {
            $granted = $this->send('token', [], http_build_query(['grant_type' => 'password', ...$user]));
        } catch (Failed $error) {
            throw new Failed($error->kind, "login: {$error->getMessage()}"); // its status is about no ticket
        }
        $this->token = $granted['access_token'];
    }

    private function send(string $path, array $headers, ?string $form = null): array
    {
        $http = ['ignore_errors' => true, 'timeout' => 60, 'protocol_version' => 1.1, 'header' => [...$headers, 'Connection: close']];
        if ($form !== null) {
            $http['header'][] = 'Content-Type: application/x-www-form-urlencoded';
            $http += ['method' => 'POST', 'content' => $form];
        }
        $content = @file_get_contents("$this->endpoint/$path", false, stream_context_create(['http' => $http]));
        if ($content === false || !isset($http_response_header)) throw new Failed('transport', 'no answer came');
        $status = (int) explode(' ', $http_response_header[0])[1];
        $told = json_decode($content, true);
        if ($status >= 500 || !is_array($told)) throw new Failed('transport', "status $status, and no whole answer");
        if ($status >= 400) throw new Failed('refused', "status $status: " . ($told['Message'] ?? $told['error'] ?? ''), $status);
        return $told;
    }
}

mockservers\serve(Client::class);

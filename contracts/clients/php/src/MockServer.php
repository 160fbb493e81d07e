<?php

declare(strict_types=1);

namespace MockServers;

/** Emulators of ticketing systems: one port, any number of isolated worlds. Thin over the control API. */
final class MockServer
{
    public const START = '2026-03-02T10:00:00Z';
    private const LONGEST = 600;
    private const ABSENT = 127; // a shell's word for a program that is not there

    /** @param resource|null $process of a server that was started here
     *  @param array<int, resource> $pipes */
    private function __construct(
        public readonly string $url,
        private readonly ?string $token,
        private $process = null,
        private array $pipes = [],
        private readonly ?string $log = null,
    ) {
    }

    /** A server that runs already: the one that MOCKSERVERS_URL names where no address is given. */
    public static function connect(?string $url = null, ?string $token = null): self
    {
        $url ??= self::variable('MOCKSERVERS_URL') ?? 'http://127.0.0.1:8750';
        return new self(rtrim($url, '/'), $token ?? self::variable('MOCKSERVERS_CONTROL_TOKEN'));
    }

    /**
     * Run `mockservers serve` on a free port and wait until it is ready; where MOCKSERVERS_URL names a server, reach that.
     *
     * @param list<string> $args further options of `mockservers serve`
     * @param list<string>|null $command what runs it; without it mockservers, or the wheel that MOCKSERVERS_WHEEL names by uvx or pipx
     */
    public static function start(
        array $args = [],
        int $seed = 1,
        string $clock = 'frozen',
        string $start = self::START,
        ?array $command = null,
    ): self {
        if (self::variable('MOCKSERVERS_URL') !== null) {
            return self::connect();
        }
        $asked = ['serve', '--port', '0', '--still', '--seed', (string) $seed, '--clock', $clock, '--start', $start, ...$args];
        // It runs as long as the program behind `--`, and that one until our end of its standard input is closed.
        $stay = [PHP_BINARY, '-r', 'stream_get_contents(STDIN);'];
        $launchers = $command === null ? self::launchers() : [$command];
        foreach ($launchers as $words) {
            $log = tempnam(sys_get_temp_dir(), 'mockservers'); // a file, for nobody would empty a pipe while tests run
            $streams = [['pipe', 'r'], ['file', PHP_OS_FAMILY === 'Windows' ? 'NUL' : '/dev/null', 'w'], ['file', $log, 'w']];
            $process = @proc_open([...$words, ...$asked, '--', ...$stay], $streams, $pipes);
            [$url, $code] = $process === false ? [null, self::ABSENT] : self::ready($process, $log);
            $said = trim((string) file_get_contents($log));
            if ($url !== null) {
                return new self($url, self::variable('MOCKSERVERS_CONTROL_TOKEN'), $process, $pipes, $log);
            }
            unlink($log);
            if ($code !== self::ABSENT) {
                throw new MockServersException("{$words[0]} ended with $code before it was ready: $said");
            }
        }
        $tried = implode(', ', array_map(fn (array $words) => implode(' ', $words), $launchers));
        throw new MockServersException("no mockservers to start, tried: $tried; put the command mockservers on PATH, or "
            . 'name its wheel in MOCKSERVERS_WHEEL, for uvx or pipx');
    }

    /**
     * By name alone uvx and pipx would run whatever an index has under it; so they need the wheel.
     *
     * @return list<list<string>>
     */
    private static function launchers(): array
    {
        $wheel = self::variable('MOCKSERVERS_WHEEL');
        $named = [['uvx', '--from', $wheel, 'mockservers'], ['pipx', 'run', '--spec', $wheel, 'mockservers']];
        return [['mockservers'], ...($wheel === null ? [] : $named)];
    }

    /**
     * The address of a server once it is ready, or the exit code of one that is over.
     *
     * @param resource $process
     * @return array{?string, int}
     */
    private static function ready($process, string $log): array
    {
        while (true) {
            $state = proc_get_status($process);
            if (preg_match('~is ready at (https?://[^\s;"]+)~', (string) file_get_contents($log), $found)) {
                return [$found[1], 0];
            }
            if (!$state['running']) {
                return [null, $state['exitcode']];
            }
            usleep(10_000);
        }
    }

    /**
     * A fresh world, isolated from all others; what is left out is as in the world `default`.
     *
     * @param array<string, mixed> $options seed, clock (a mode, or mode, now and rate), data, dialects, lively
     */
    public function world(array $options = []): MockWorld
    {
        $name = $options['name'] ?? 'php-' . bin2hex(random_bytes(6));
        if (is_string($options['clock'] ?? null)) {
            $options['clock'] = ['mode' => $options['clock']];
        }
        $this->ask('POST', '/worlds', body: ['name' => $name] + $options);
        return new MockWorld($this, $name, "$this->url/w/$name");
    }

    /** A world that is there: `default` answers where no other is named. */
    public function existing(string $name = 'default'): MockWorld
    {
        $this->ask('GET', '/worlds/' . rawurlencode($name));
        return new MockWorld($this, $name, $name === 'default' ? $this->url : "$this->url/w/$name");
    }

    /** Stop what `start` started. A server that was there before goes on. */
    public function stop(): void
    {
        if ($this->process !== null) {
            array_map(fclose(...), $this->pipes);
            proc_close($this->process);
            [$this->process, $this->pipes] = [null, []];
            @unlink((string) $this->log);
        }
    }

    public function __destruct()
    {
        $this->stop();
    }

    /**
     * Call the control API: a path below /_mock/v1. Raises MockServersException for what it refuses.
     *
     * @param array<string, mixed> $query
     * @param array<string, mixed> $body
     * @return array<string, mixed>
     */
    public function ask(string $method, string $path, array $query = [], array $body = [], ?string $base = null): array
    {
        $url = ($base ?? $this->url) . "/_mock/v1$path" . ($query ? '?' . self::query($query) : '');
        $headers = $this->token === null ? [] : ["Authorization: Bearer $this->token"];
        $http = ['method' => $method, 'ignore_errors' => true, 'timeout' => self::LONGEST, 'follow_location' => 0];
        if ($method !== 'GET') {
            $headers[] = 'Content-Type: application/json';
            $http['content'] = json_encode(self::plain($body) ?: new \stdClass(), JSON_THROW_ON_ERROR | JSON_PRESERVE_ZERO_FRACTION);
        }
        $context = stream_context_create(['http' => $http + ['header' => $headers, 'protocol_version' => 1.1]]);
        $text = @file_get_contents($url, false, $context);
        if ($text === false) {
            $why = error_get_last()['message'] ?? 'no answer';
            throw new MockServersException("no server answers at $this->url: $why");
        }
        preg_match('~ (\d{3})~', $http_response_header[0], $found);
        $told = json_decode($text, true);
        if (!is_array($told)) {
            $told = ['error' => "$this->url answers with what is no JSON (status $found[1]): " . substr($text, 0, 200)];
        }
        if ($found[1] >= 400) {
            throw new MockServersException($told['error'] ?? "the server answers with status $found[1]", (int) $found[1], $told['details'] ?? []);
        }
        return $told;
    }

    /** @param array<string, mixed> $query */
    private static function query(array $query): string
    {
        $parts = [];
        foreach (self::plain($query) as $name => $value) {
            foreach (is_array($value) ? $value : [$value] as $each) {
                $parts[] = rawurlencode($name) . '=' . rawurlencode(is_bool($each) ? ($each ? 'true' : 'false') : (string) $each);
            }
        }
        return implode('&', $parts);
    }

    /**
     * Without what was left out; moments as the API reads them. An explicit null is written as MockWorld::NOTHING.
     *
     * @param array<array-key, mixed> $values
     * @return array<array-key, mixed>
     */
    private static function plain(array $values): array
    {
        $made = [];
        foreach ($values as $name => $value) {
            if ($value instanceof \DateTimeInterface) {
                $value = $value->format('Y-m-d\TH:i:s.uP');
            } elseif (is_array($value)) {
                $value = $value === [] && is_string($name) && in_array($name, ['fields', 'settings', 'facts', 'switches', 'match', 'answer'], true)
                    ? new \stdClass() : self::plain($value);
            }
            if ($value !== null) {
                $made[$name] = $value === MockWorld::NOTHING ? null : $value;
            }
        }
        return $made;
    }

    private static function variable(string $name): ?string
    {
        $value = getenv($name);
        return $value === false || $value === '' ? null : $value;
    }
}

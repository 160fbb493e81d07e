<?php

declare(strict_types=1);

namespace MockServers;

/** One isolated set of vendors, with a clock, faults and a journal of its own. Clients reach it below `url`. */
final class MockWorld
{
    /** An explicit null, such as `times: MockWorld::NOTHING` for a fault that hits every call. */
    public const NOTHING = "\0null";
    private const LONGEST = 50; // seconds that the server is asked to wait in one go

    public readonly MockClock $clock;
    /** @var array<string, MockVendor>|null */
    private ?array $vendors = null;

    public function __construct(private readonly MockServer $server, public readonly string $name, public readonly string $url)
    {
        $this->clock = new MockClock($this);
    }

    /**
     * Call the control API about this world.
     *
     * @param array<string, mixed> $query
     * @param array<string, mixed> $body
     * @return array<string, mixed>
     */
    public function ask(string $method, string $path, array $query = [], array $body = []): array
    {
        return $this->server->ask($method, $path, $query, $body, $this->url);
    }

    /** Where a vendor answers, who is let in, and what other people do there. */
    public function vendor(string $name): MockVendor
    {
        if ($this->vendors === null) {
            $this->vendors = [];
            foreach ($this->ask('GET', '/vendors')['vendors'] as $told) {
                $this->vendors[$told['name']] = new MockVendor($this, $told);
            }
        }
        return $this->vendors[$name]
            ?? throw new \OutOfBoundsException("no vendor '$name' answers here; expected one of: " . implode(', ', array_keys($this->vendors)));
    }

    /**
     * Plan trouble for the client's calls: `fault('cut', ['after_bytes' => 40], vendor: $desk->name)`.
     *
     * @param array<string, mixed> $settings
     * @return array<string, mixed>
     */
    public function fault(
        string $kind,
        array $settings = [],
        ?string $vendor = null,
        ?string $operation = null,
        int $skip = 0,
        int|string $times = 1,
        \DateTimeInterface|string|null $until = null,
    ): array {
        return $this->ask('POST', '/faults', body: compact('kind', 'settings', 'vendor', 'operation', 'skip', 'times', 'until'));
    }

    public function clearFaults(): int
    {
        return $this->ask('DELETE', '/faults')['cleared'];
    }

    /**
     * Answer the next matching requests in place of the emulator: `override(['vendor' => 'x'], ['status' => 503])`.
     *
     * @param array<string, mixed> $match
     * @param array<string, mixed> $answer
     * @return array<string, mixed>
     */
    public function override(array $match, array $answer = [], int $skip = 0, int|string $times = 1): array
    {
        return $this->ask('POST', '/overrides', body: compact('match', 'answer', 'skip', 'times'));
    }

    public function clearOverrides(): int
    {
        return $this->ask('DELETE', '/overrides')['cleared'];
    }

    /**
     * Assert that the calls were made; an AssertionError shows the nearest ones. Returns the verdict.
     *
     * @param array<string, mixed> $expected
     * @return array<string, mixed>
     */
    public function verify(array $expected = []): array
    {
        return self::held($this->ask('POST', '/verify', body: $expected));
    }

    /**
     * The same once the calls were made, at the latest after `$timeout` seconds: no test sleeps.
     *
     * @param array<string, mixed> $expected
     * @return array<string, mixed>
     */
    public function waitFor(array $expected = [], float $timeout = 10): array
    {
        $until = hrtime(true) / 1e9 + $timeout;
        while (true) {
            $left = max(0, $until - hrtime(true) / 1e9);
            $verdict = $this->ask('POST', '/verify', ['wait' => min($left, self::LONGEST)], $expected);
            if ($verdict['ok'] || $left <= self::LONGEST) {
                return self::held($verdict, "after $timeout s: ");
            }
        }
    }

    /**
     * The calls so far, oldest first, with secrets masked; filters as GET /_mock/v1/journal takes them.
     *
     * @param array<string, mixed> $filters
     * @return list<array<string, mixed>>
     */
    public function journal(array $filters = []): array
    {
        return $this->ask('GET', '/journal', $filters + ['limit' => 20_000])['entries'];
    }

    /**
     * What a careful client would not have sent.
     *
     * @param array<string, mixed> $filters
     * @return list<array<string, mixed>>
     */
    public function findings(array $filters = []): array
    {
        return $this->ask('GET', '/findings', $filters + ['limit' => 20_000])['findings'];
    }

    public function checkpoint(string $name): void
    {
        $this->server->ask('POST', "/worlds/$this->name/checkpoint", body: compact('name'));
    }

    public function restore(string $name): void
    {
        $this->server->ask('POST', "/worlds/$this->name/restore", body: compact('name'));
    }

    /** Back to the beginning; journal, faults and checkpoints are emptied. */
    public function reset(): void
    {
        $this->server->ask('POST', "/worlds/$this->name/reset");
    }

    public function delete(): void
    {
        $this->server->ask('DELETE', "/worlds/$this->name");
    }

    /**
     * @param array<string, mixed> $verdict
     * @return array<string, mixed>
     */
    private static function held(array $verdict, string $when = ''): array
    {
        return $verdict['ok'] ? $verdict : throw new \AssertionError($when . $verdict['says']);
    }
}

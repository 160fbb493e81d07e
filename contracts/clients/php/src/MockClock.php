<?php

declare(strict_types=1);

namespace MockServers;

/** The time of a world. */
final class MockClock
{
    private const UNITS = ['days' => 86400, 'hours' => 3600, 'minutes' => 60, 'seconds' => 1];

    public function __construct(private readonly MockWorld $world)
    {
    }

    public function now(): \DateTimeImmutable
    {
        return new \DateTimeImmutable($this->world->ask('GET', '/clock')['now']);
    }

    /** Let time pass: `advance(minutes: 5)`, `advance('5m')`, `advance(90)` seconds. Returns the new time. */
    public function advance(int|float|string|null $by = null, int|float ...$lengths): \DateTimeImmutable
    {
        foreach ($lengths as $unit => $many) {
            $one = self::UNITS[$unit] ?? throw new \ValueError("unknown unit '$unit'; expected one of: " . implode(', ', array_keys(self::UNITS)));
            $by = ($by ?? 0) + $many * $one;
        }
        return new \DateTimeImmutable($this->world->ask('POST', '/clock/advance', body: compact('by'))['now']);
    }

    public function set(\DateTimeInterface|string $now): void
    {
        $this->world->ask('PUT', '/clock', body: compact('now'));
    }

    public function freeze(): void
    {
        $this->world->ask('PUT', '/clock', body: ['mode' => 'frozen']);
    }

    /** Let it run: as the machine's, or `$rate` times as fast. */
    public function run(float $rate = 1): void
    {
        $this->world->ask('PUT', '/clock', body: $rate === 1.0 ? ['mode' => 'real'] : ['mode' => 'scaled', 'rate' => $rate]);
    }
}

<?php

declare(strict_types=1);

namespace MockServers;

use PHPUnit\Framework\Attributes\After;
use PHPUnit\Framework\Attributes\Before;

/**
 * A PHPUnit test case with a fresh world for each test, in `$this->world`. One server serves the whole run: the one that
 * MOCKSERVERS_URL names, as under `mockservers serve -- phpunit`, or one that is started at the first test.
 */
trait WithMockWorld
{
    protected MockWorld $world;

    /** The server of this run. */
    protected static function server(): MockServer
    {
        return Shared::server();
    }

    /**
     * What each world begins with, as MockServer::world takes it; override it in your test case.
     *
     * @return array<string, mixed>
     */
    protected function worldOptions(): array
    {
        return ['clock' => ['mode' => 'frozen', 'now' => MockServer::START], 'lively' => false];
    }

    /** @before */
    #[Before]
    protected function beginMockWorld(): void
    {
        $this->world = self::server()->world($this->worldOptions());
    }

    /** @after */
    #[After]
    protected function endMockWorld(): void
    {
        if (isset($this->world)) {
            $this->world->delete();
        }
    }

    /**
     * Assert that the calls were made, as MockWorld::verify does, and count it as an assertion.
     *
     * @param array<string, mixed> $expected
     */
    protected function assertCalled(array $expected): void
    {
        $this->addToAssertionCount(1);
        $this->world->verify($expected);
    }
}

<?php

declare(strict_types=1);

namespace MockServers;

/** What the control API refuses: the status as the code, a sentence, and the fields that are wrong. */
final class MockServersException extends \RuntimeException
{
    /** @param list<array{field: string, message: string}> $details */
    public function __construct(string $says, public readonly int $status = 0, public readonly array $details = [])
    {
        parent::__construct($says, $status);
    }
}

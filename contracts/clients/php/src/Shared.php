<?php

declare(strict_types=1);

namespace MockServers;

/** The one server of a run of PHPUnit; it ends with the process. */
final class Shared
{
    private static ?MockServer $server = null;

    public static function server(): MockServer
    {
        return self::$server ??= MockServer::start();
    }
}

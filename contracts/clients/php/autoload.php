<?php

// For projects without Composer: require this file.
spl_autoload_register(function (string $class): void {
    if (str_starts_with($class, 'MockServers\\')) {
        require __DIR__ . '/src/' . substr($class, 12) . '.php';
    }
});

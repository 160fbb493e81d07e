<?php
// Glue: `mockservers\serve(Client::class)` (or `serve(fn () => new Client())`) makes a PHP program (8.1 or later) speak JSON Lines:
// --client 'php x.php'. The object's methods are named like the tasks (reset, sync, mirror ...) and take what the message tells, as
// one array; `hello` and `bye` are optional, `mirror` may be a list. `now` and `sleep` are the virtual time. What is thrown may have a
// property `kind`: 'refused' or 'transport'. What is printed goes to stderr, except to STDOUT itself and by a child that inherits it.
namespace mockservers;

ini_set('display_errors', 'stderr');
ob_start(fn ($printed) => substr($printed, fwrite(STDERR, $printed)), 1); // stdout is the protocol's alone

function read(): array { return json_decode(fgets(STDIN) ?: '{"id": null, "do": "bye"}', true); }
function write(array $message): void
{
    fwrite(STDOUT, json_encode($message, JSON_PRESERVE_ZERO_FRACTION | JSON_INVALID_UTF8_SUBSTITUTE) . "\n");
}
function ask(array $question): string { write($question); return read()['answer']; }
function now(): string { return ask(['ask' => 'now']); }
function sleep(float $seconds): string { return ask(['ask' => 'sleep', 'seconds' => $seconds]); }

function serve(mixed $made): never
{
    if (!is_callable($made) && !(is_string($made) && class_exists($made)))
        throw new \TypeError('serve takes what makes a client: serve(Client::class), not serve(new Client())');
    $client = is_callable($made) ? $made() : new $made();
    do {
        ['id' => $id, 'do' => $task] = $told = read();
        $has = fn (string $name): bool => method_exists($client, $name);
        try {
            if ($task === 'reset' && $has('bye')) $client->bye([]);
            if ($task === 'reset') $client = is_callable($made) ? $made() : new $made();
            if (!$has($task) && !in_array($task, ['hello', 'bye']))
                throw new \TypeError("the client has no method '$task'; methods are named like the tasks of the protocol");
            $tasks = array_filter(['sync', 'mirror', 'create', 'update', 'note', 'close'], $has);
            $ok = $has($task) ? $client->$task(array_diff_key($told, ['id' => 0, 'do' => 0])) : null;
            if ($task === 'hello' && !is_scalar($ok) && !isset(((array) $ok)['tasks'])) $ok = ['tasks' => array_values($tasks)] + (array) $ok;
            $answer = ['ok' => $task === 'mirror' && is_array($ok) && array_is_list($ok) ? ['records' => $ok] : $ok];
        } catch (\Throwable $error) {
            $kind = in_array($error->kind ?? '', ['refused', 'transport']) ? $error->kind : 'client';
            $name = basename(strtr($error::class, '\\', '/'));
            $answer = ['error' => ['kind' => $kind, 'message' => "$name: {$error->getMessage()}"]];
        }
        write(['id' => $id, ...$answer]);
    } while ($task !== 'bye');
    exit;
}

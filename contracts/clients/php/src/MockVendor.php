<?php

declare(strict_types=1);

namespace MockServers;

/** One vendor in one world. `url` is what a client is configured with, `credentials` are in the vendor's words. */
final class MockVendor
{
    public readonly string $name;
    public readonly string $title;
    public readonly string $url;
    /** The address of the WSDL or OpenAPI document. */
    public readonly ?string $description;
    /** @var array<string, string> */
    public readonly array $credentials;

    /** @param array<string, mixed> $told */
    public function __construct(private readonly MockWorld $world, array $told)
    {
        [$this->name, $this->title, $this->url] = [$told['name'], $told['title'], $told['address']];
        [$this->description, $this->credentials] = [$told['description'], $told['demo_credential']];
    }

    /**
     * The records of a tenant, whatever a client can see of them yet.
     *
     * @return list<array<string, mixed>>
     */
    public function records(?string $tenant = null, ?string $entity = null, ?string $after = null, ?int $most = null): array
    {
        return $this->world->ask('GET', '/records', ['vendor' => $this->name] + compact('tenant', 'entity', 'after', 'most'))['records'];
    }

    /** @return array<string, mixed> the record's truth: id, exists, fields */
    public function read(string|int $id, ?string $tenant = null, ?string $entity = null): array
    {
        return $this->world->ask('GET', $this->path($id), ['vendor' => $this->name] + compact('tenant', 'entity'));
    }

    /**
     * Somebody at the vendor makes a record; what is not given is made up.
     *
     * @param array<string, mixed> $fields
     * @return array<string, mixed>
     */
    public function create(array $fields = [], ?string $tenant = null, ?string $entity = null, int|float|string|null $delay = null): array
    {
        return $this->world->ask('POST', '/records', body: ['vendor' => $this->name] + compact('fields', 'tenant', 'entity', 'delay'));
    }

    /**
     * Somebody at the vendor edits fields of a record.
     *
     * @param array<string, mixed> $fields
     * @return array<string, mixed>
     */
    public function change(string|int $id, array $fields, ?string $tenant = null, ?string $entity = null, int|float|string|null $delay = null): array
    {
        return $this->world->ask('PATCH', $this->path($id), body: ['vendor' => $this->name] + compact('fields', 'tenant', 'entity', 'delay'));
    }

    /**
     * Somebody at the vendor does something with a record: `act(34, 'close')`; what the action takes stands in `$with`.
     *
     * @param array<string, mixed> $with
     * @return array<string, mixed>
     */
    public function act(string|int $id, string $action, array $with = [], ?string $tenant = null): array
    {
        return $this->world->ask('POST', $this->path($id) . '/act', body: ['vendor' => $this->name] + compact('action', 'tenant') + $with);
    }

    /** @return array<string, mixed> */
    public function delete(string|int $id, ?string $tenant = null, ?string $entity = null): array
    {
        return $this->world->ask('DELETE', $this->path($id), ['vendor' => $this->name] + compact('tenant', 'entity'));
    }

    /**
     * Let somebody else in; returns the credential, its secret shown this once.
     *
     * @param array<string, mixed> $facts
     * @return array<string, mixed>
     */
    public function grant(string $tenant, array $facts = [], ?string $kind = null, ?string $secret = null, \DateTimeInterface|string|null $expires = null): array
    {
        return $this->world->ask('POST', '/credentials', body: ['vendor' => $this->name] + compact('tenant', 'facts', 'kind', 'secret', 'expires'));
    }

    /** @return array<string, mixed> */
    public function revoke(string $id): array
    {
        return $this->world->ask('POST', '/credentials/' . rawurlencode($id) . '/revoke', ['vendor' => $this->name]);
    }

    /**
     * The credentials with their ids; secrets are masked.
     *
     * @return list<array<string, mixed>>
     */
    public function granted(?string $tenant = null): array
    {
        return $this->world->ask('GET', '/credentials', ['vendor' => $this->name] + compact('tenant'))['credentials'];
    }

    /**
     * Set dialect switches: `dialect(['errors' => 'fault'])`, or a named dialect: `dialect('strict')`.
     *
     * @param string|array<string, mixed> $choice
     * @return array<string, mixed>
     */
    public function dialect(string|array $choice, ?string $tenant = null): array
    {
        $said = is_string($choice) ? ['named' => $choice] : ['switches' => $choice];
        return $this->world->ask('PUT', '/dialect', body: ['vendor' => $this->name] + compact('tenant') + $said);
    }

    /**
     * @param array<string, mixed> $expected
     * @return array<string, mixed>
     */
    public function verify(array $expected = []): array
    {
        return $this->world->verify($this->here($expected));
    }

    /**
     * @param array<string, mixed> $expected
     * @return array<string, mixed>
     */
    public function waitFor(array $expected = [], float $timeout = 10): array
    {
        return $this->world->waitFor($this->here($expected), $timeout);
    }

    /**
     * @param array<string, mixed> $filters
     * @return list<array<string, mixed>>
     */
    public function journal(array $filters = []): array
    {
        return $this->world->journal($filters + ['vendor' => $this->name]);
    }

    /**
     * @param array<string, mixed> $expected
     * @return array<string, mixed>
     */
    private function here(array $expected): array
    {
        if (isset($expected['then'])) {
            $expected['then'] = array_map(fn (array $step) => $step + ['vendor' => $this->name], $expected['then']);
        }
        return $expected + ['vendor' => $this->name];
    }

    private function path(string|int $id): string
    {
        return '/records/' . rawurlencode((string) $id);
    }
}

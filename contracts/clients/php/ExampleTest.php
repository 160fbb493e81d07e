<?php

// phpunit ExampleTest.php: the server is started where `mockservers serve -- phpunit ...` has not started it already.

declare(strict_types=1);

require_once __DIR__ . '/autoload.php'; // Composer does this in a project of your own

use MockServers\{MockServersException, MockVendor, MockWorld, WithMockWorld};
use PHPUnit\Framework\TestCase;

final class ExampleTest extends TestCase
{
    use WithMockWorld;

    private MockVendor $desk;

    protected function setUp(): void
    {
        $this->desk = $this->world->vendor('get_tickets');
    }

    /** The client under test: it reads a ticket, and tries twice when the answer breaks off. */
    private function subject(string $tid): string
    {
        $query = http_build_query(['key' => $this->desk->credentials['key'], 'action' => 'get_tickets', 'tid' => $tid]);
        foreach ([1, 2] as $attempt) {
            $text = (string) @file_get_contents("{$this->desk->url}?$query");
            if (str_ends_with(trim($text), '</tickets>')) {
                preg_match('~<subject>(.*?)</subject>~', $text, $found);
                return urldecode($found[1]);
            }
        }
        throw new RuntimeException('no answer');
    }

    public function testANewTicketIsReadInSpiteOfAnAnswerThatBreaksOff(): void
    {
        $ticket = $this->desk->create(['subject' => 'Printer on fire']);
        $this->world->fault('cut', ['after_bytes' => 40], vendor: 'get_tickets');
        self::assertSame('Printer on fire', $this->subject($ticket['id']));
        $this->assertCalled(['operation' => 'tickets.get', 'query' => ['tid' => $ticket['id']], 'count' => 2]);
        $this->desk->verify(['method' => 'GET', 'then' => [['status' => 200, 'count' => 1]]]);
        self::assertSame([1, 0], array_map(fn ($call) => count($call['faults']), $this->desk->journal(['actor' => 'client'])));
    }

    public function testWhatWasNotCalledIsToldWithTheNearestCall(): void
    {
        $this->subject('9');
        $this->expectException(AssertionError::class);
        $this->expectExceptionMessage('query.tid must be "10", got "9"');
        $this->desk->verify(['query' => ['tid' => '10']]);
    }

    public function testACallIsWaitedFor(): void
    {
        $query = http_build_query(['key' => $this->desk->credentials['key'], 'action' => 'get_tickets', 'tid' => '9']);
        $program = 'file_get_contents($argv[1]);';
        $client = proc_open([PHP_BINARY, '-r', $program, "{$this->desk->url}?$query"], [], $pipes);
        $this->desk->waitFor(['operation' => 'tickets.get'], timeout: 30);
        self::assertSame(0, proc_close($client));
        $this->expectException(AssertionError::class);
        $this->expectExceptionMessage('after 0.05 s: ');
        $this->desk->waitFor(['operation' => 'tickets.get', 'count' => 5], timeout: 0.05);
    }

    public function testTimePassesWhenTheTestSaysSoAndOtherPeopleWork(): void
    {
        $begun = $this->world->clock->now()->getTimestamp();
        self::assertSame($begun + 3900, $this->world->clock->advance(hours: 1, minutes: 5)->getTimestamp());
        self::assertSame($begun + 3990, $this->world->clock->advance('90s')->getTimestamp());
        $this->world->clock->set(new DateTimeImmutable("@$begun"));
        $this->world->clock->run(60);
        $this->world->clock->freeze();
        [$first] = $this->desk->records(most: 1);
        $this->desk->change($first['id'], ['subject' => 'Moved']);
        $this->desk->act($first['id'], 'close');
        self::assertSame('Closed', $this->desk->read($first['id'])['fields']['status']);
        self::assertFalse($this->desk->delete($first['id'])['exists']);
    }

    public function testAnswersOfYourOwnCredentialsDialects(): void
    {
        $this->world->override(['vendor' => 'get_tickets'], ['status' => 503, 'body' => 'later']);
        $told = file_get_contents($this->desk->url, false, stream_context_create(['http' => ['ignore_errors' => true]]));
        self::assertSame('later', $told);
        self::assertSame(1, $this->world->clearOverrides());
        $made = $this->desk->grant($this->desk->granted()[0]['tenant']);
        self::assertNotNull($this->desk->revoke($made['id'])['revoked']);
        self::assertContains($made['id'], array_column($this->desk->granted(), 'id'));
        $this->desk->dialect('json');
        $this->world->fault('latency', ['seconds' => 1], times: MockWorld::NOTHING);
        self::assertSame(1, $this->world->clearFaults());
        self::assertSame([], $this->world->findings());
    }

    public function testAWorldGoesBackToWhereItWas(): void
    {
        [$first] = $this->desk->records(most: 1);
        $this->world->checkpoint('before');
        $this->desk->delete($first['id']);
        $this->world->restore('before');
        self::assertTrue($this->desk->read($first['id'])['exists']);
        $this->world->reset();
        self::assertSame([], $this->world->journal());
        self::assertEquals($this->world->clock->now(), self::server()->existing($this->world->name)->clock->now());
    }

    public function testAMistakeIsToldWithTheFieldThatIsWrong(): void
    {
        try {
            $this->world->fault('explode');
            self::fail('it was taken');
        } catch (MockServersException $error) {
            self::assertSame([422, 'kind'], [$error->status, $error->details[0]['field']]);
        }
        $this->expectException(OutOfBoundsException::class);
        $this->world->vendor('acme');
    }
}

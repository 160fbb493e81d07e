# frozen_string_literal: true

# Savon: ruby savon_client.rb querydata|autotask
require 'savon'

$stdout.sync = true
NAMESPACE = 'http://autotask.net/ATWS/v1_6/'

def say(step, text)
  puts "== #{step}", text
end

def querydata
  client = Savon.client(wsdl: ENV.fetch('QUERYDATA_WSDL'), log: false)
  say 'description', client.operations.join(' ')
  ask = ->(name) { client.call(:query_data, message: { json: ENV.fetch(name) }).body.dig(:query_data_response, :query_data_result) }
  say 'login', ask.call('QUERYDATA_SUMMARY')
  say 'read', ask.call('QUERYDATA_DETAILS')
  begin
    ask.call('QUERYDATA_REFUSED')
  rescue Savon::SOAPFault => e
    say 'fault', e.to_hash.dig(:fault, :faultstring)
  end
end

def autotask
  client = Savon.client(
    wsdl: ENV.fetch('AUTOTASK_WSDL'),
    basic_auth: ENV.values_at('AUTOTASK_USER', 'AUTOTASK_PASSWORD'),
    soap_header: { 'tns:AutotaskIntegrations' => { 'tns:IntegrationCode' => ENV.fetch('AUTOTASK_CODE') } },
    log: false
  )
  say 'description', client.operations.join(' ')
  ask = lambda do |operation, message = {}|
    client.call(operation, message: message).body.dig(:"#{operation}_response", :"#{operation}_result")
  end
  done = ->(result) { result.dig(:entity_return_info_results, :entity_return_info) }
  say 'login', done.call(ask.call(:get_threshold_and_usage_info))[:message]
  say 'read', ask.call(:query, sXML: ENV.fetch('AUTOTASK_QUERY')).dig(:entity_results, :entity, :title)

  # Names are written as they are to stand there; keys that are symbols would lose their capitals.
  ticket = lambda do |id, status|
    fields = {
      'tns:id' => id, 'tns:AccountID' => ENV.fetch('AUTOTASK_ACCOUNT'), 'tns:DueDateTime' => '2026-03-05T12:30:00',
      'tns:Priority' => 1, 'tns:Status' => status, 'tns:Title' => ENV.fetch('AUTOTASK_TITLE')
    }
    { 'tns:Entities' => { 'tns:Entity' => fields.merge('@xsi:type': 'tns:Ticket') } }
  end
  made = done.call(ask.call(:create, ticket.call(0, 1)))
  say 'write', done.call(ask.call(:update, ticket.call(made[:entity_id], 5)))[:entity_id]
  begin
    ask.call(:get_field_info, psObjectType: 'Nothing')
  rescue Savon::SOAPFault => e
    say 'fault', e.to_hash.dig(:fault, :faultstring)
  end
end

send(ARGV.fetch(0))

import { expect } from 'chai';
import type * as EwsLibrary from 'ews-javascript-api';
import { RemoteError } from '../../src/errors.ts';
import type { Library } from '../../src/ews/service-hardening.ts';
import { loadLibrary, toRemoteError } from '../../src/ews/service-hardening.ts';

describe('the corrected ews-javascript-api', () => {
  let library: Library;
  let sent: string;

  before(async () => {
    library = await loadLibrary();
  });

  function connect(answer: () => Promise<XMLHttpRequest>): EwsLibrary.ExchangeService {
    const service = new library.ExchangeService(
      library.ExchangeVersion.Exchange2013_SP1,
      library.TimeZoneInfo.Utc,
    );
    service.Url = new library.Uri('https://exchange.invalid/EWS/Exchange.asmx');
    service.Credentials = new library.WebCredentials('name', 'password');
    service.XHRApi = {
      xhr: (request) => {
        sent = String(request.data);
        return answer();
      },
      xhrStream: () => Promise.reject(new Error('not asked for')),
      disconnect: () => undefined,
    };
    return service;
  }

  function answerWith(body: string): () => Promise<XMLHttpRequest> {
    const responseText =
      '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"' +
      ' xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"' +
      ` xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"><s:Body>${body}</s:Body></s:Envelope>`;
    return () => Promise.resolve({ status: 200, responseText } as XMLHttpRequest);
  }

  const itemMissing =
    '<m:GetItemResponse><m:ResponseMessages><m:GetItemResponseMessage ResponseClass="Error">' +
    '<m:MessageText>text</m:MessageText><m:ResponseCode>ErrorItemNotFound</m:ResponseCode><m:Items/>' +
    '</m:GetItemResponseMessage></m:ResponseMessages></m:GetItemResponse>';

  function getItems(service: EwsLibrary.ExchangeService, ids: readonly string[]): Promise<unknown> {
    return service.BindToItems(
      ids.map((id) => new library.ItemId(id)),
      library.PropertySet.IdOnly,
    );
  }

  async function errorOf(promise: Promise<unknown>): Promise<RemoteError> {
    const error = await promise.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    const known = toRemoteError(error, 'GetItem', library);
    expect(known).to.be.instanceOf(RemoteError);
    return known as RemoteError;
  }

  it('escapes attributes', async () => {
    await errorOf(getItems(connect(answerWith(itemMissing)), ['a"b<c>&\u0001\n', 'second']));
    expect(sent).to.contain('<t:ItemId Id="a&quot;b&lt;c&gt;&amp;&#xA;">');
  });

  it('names the one error that answers a whole batch', async () => {
    const failure = await errorOf(getItems(connect(answerWith(itemMissing)), ['a', 'b']));
    expect(failure.code).to.equal('ErrorItemNotFound');
  });

  it('says that a batch without any answer is malformed', async () => {
    const none = '<m:GetItemResponse><m:ResponseMessages/></m:GetItemResponse>';
    const failure = await errorOf(getItems(connect(answerWith(none)), ['a', 'b']));
    expect(failure.code).to.equal('MalformedAnswer');
  });

  it('hands over the errors of the transport as they are', async () => {
    const lost = new RemoteError({ side: 'exchange', code: 'EmptyResponse', message: 'x', retryable: true });
    expect(
      await errorOf(
        getItems(
          connect(() => Promise.reject(lost)),
          ['a'],
        ),
      ),
    ).to.equal(lost);
  });

  it('fails for what it does not understand, instead of waiting for ever', async () => {
    const failure = await errorOf(getItems(connect(answerWith('<m:Other/>')), ['a']));
    expect(failure).to.include({ code: 'MalformedAnswer', retryable: false });
  });
});

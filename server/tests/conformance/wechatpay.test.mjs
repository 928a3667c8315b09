// Two programs of others for WeChat Pay's API v3 against both of our sides, each by itself: wechatpay-node-v3 from npm and
// wechatpayv3 from PyPI are merchants of our sandbox; and they play WeChat Pay to our server: they sign what we ask as they
// would have asked it, which must be our very signature, and sign what we are answered and told.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createCipheriv, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { after, before, describe, test } from 'node:test';
import WxPay from 'wechatpay-node-v3';

import { DESK, INSIDE_WECHAT, florin, listen, until } from './florin.mjs';

const pem = (name) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
// Both pairs are for tests only, and printed in the protocol's page.
const merchantKey = pem('keys/wechatpay_sandbox_merchant.pem');
const merchantPublic = pem('sandbox/keys/wechatpay_merchant_public.pem');
const platformKey = pem('sandbox/keys/wechatpay_platform_private.pem');
const platformPublic = pem('keys/wechatpay_sandbox_platform_public.pem');
const mchid = '1900000001';
const appid = 'wxd678efh567hg6787';
const serial = '444F4864EA9B34415A2C1B1B8B7E7C5C6F2A5D01';
const platformId = 'PUB_KEY_ID_0119000000012026111800000000000001';
const openid = 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o';
const appSecret = 'fedcba9876543210fedcba9876543210';
const apiV3Key = '0123456789abcdef0123456789ABCDEF';

/** The package from npm, which signs by this key; what it checks, it checks by the platform's. */
const node = (privateKey) =>
    new WxPay({ appid, mchid, serial_no: serial, publicKey: Buffer.from(merchantPublic), privateKey: Buffer.from(privateKey), key: apiV3Key });
WxPay.certificates = { [platformId]: platformPublic };

/** Whether it says that WeChat Pay signed this. */
const isSigned = (headers, body) => node(merchantKey).verifySign({
    timestamp: headers['wechatpay-timestamp'], nonce: headers['wechatpay-nonce'], serial: headers['wechatpay-serial'],
    signature: headers['wechatpay-signature'], body,
});

const python = fileURLToPath(new URL('../../../.tools/wechatpayv3/bin/python', import.meta.url));
const merchant = { mchid, appid, serial, apiV3Key, privateKey: merchantKey, publicKey: platformPublic, publicKeyId: platformId };

/** What the package from PyPI makes of these questions, in their order. */
async function others(...questions) {
    const program = spawn(process.env.FLORIN_WECHATPAYV3 ?? python, [fileURLToPath(new URL('wechatpay.py', import.meta.url))]);
    const heard = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr']) program[name].setEncoding('utf8').on('data', (text) => { heard[name] += text; });
    const ended = new Promise((resolve, reject) => program.once('close', resolve).once('error', reject));
    program.stdin.end(JSON.stringify(questions));
    const code = await ended.catch((why) => { throw new Error('is wechatpayv3 installed? scripts/setup.sh test', { cause: why }); });
    assert.equal(code, 0, `is wechatpayv3 installed? scripts/setup.sh test: ${heard.stderr}`);
    return JSON.parse(heard.stdout);
}
const other = async (craft, question, who = merchant) => (await others([craft, { ...question, as: who }]))[0];

describe('our sandbox, with both packages as its merchant', () => {
    let server, shop, heard;

    before(async () => {
        heard = [];
        server = await florin();
        shop = await listen((method, url, body, headers) => {
            heard.push({ body, headers });
            return { status: 204 };
        });
    });
    after(async () => {
        shop?.close();
        await server?.stop();
    });

    /** Its own requests, sent to the sandbox; it knows WeChat Pay's host only. Every answer must be signed. */
    const sdk = () => {
        const send = async (method, url, headers, body) => {
            const where = url.replace('https://api.mch.weixin.qq.com', server.sandbox);
            const answer = await fetch(where, { method, headers, body: body && JSON.stringify(body) });
            const text = await answer.text();
            assert.ok(await isSigned(Object.fromEntries(answer.headers), text), `${where}: the answer's signature does not hold`);
            return { status: answer.status, data: text ? JSON.parse(text) : null };
        };
        const made = node(merchantKey);
        made.createHttp({ post: (url, body, headers) => send('POST', url, headers, body), get: (url, headers) => send('GET', url, headers) });
        return made;
    };
    const wallet = (code) => fetch(`${server.sandbox}/wallet`, {
        method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ code, action: 'approve' }),
    });
    const order = (number) => ({
        out_trade_no: number, description: '蓝色马克杯', notify_url: `${shop.url}/notify`, amount: { total: 8888, currency: 'CNY' },
    });
    const toldOf = (number, type) => until(async () => {
        for (const { body, headers } of heard) {
            const { event_type: event, resource } = JSON.parse(body);
            const told = node(merchantKey).decipher_gcm(resource.ciphertext, resource.associated_data, resource.nonce, apiV3Key);
            if (event === type && told.out_trade_no === number) return { body, headers, told };
        }
    });

    test('npm: a code is made, paid, told of and given back, and every signature holds', async () => {
        const pay = sdk();
        const made = await pay.transactions_native(order('NODE0001'));
        assert.equal(made.status, 200, JSON.stringify(made));
        assert.equal((await pay.query({ out_trade_no: 'NODE0001' })).data.trade_state, 'NOTPAY');
        assert.ok((await wallet(made.data.code_url)).ok);

        const notice = await toldOf('NODE0001', 'TRANSACTION.SUCCESS');
        assert.ok(await isSigned(notice.headers, notice.body));
        assert.ok(!(await isSigned(notice.headers, `${notice.body} `)));
        assert.deepEqual([notice.told.amount.total, notice.told.mchid, notice.told.appid], [8888, mchid, appid]);

        const known = (await pay.query({ out_trade_no: 'NODE0001' })).data;
        assert.deepEqual([known.trade_state, known.transaction_id], ['SUCCESS', notice.told.transaction_id]);
        const back = {
            out_trade_no: 'NODE0001', out_refund_no: 'NODEBACK1', notify_url: `${shop.url}/notify`,
            amount: { refund: 8888, total: 8888, currency: 'CNY' },
        };
        assert.equal((await pay.refunds(back)).status, 200);
        assert.equal((await pay.find_refunds('NODEBACK1')).data.status, 'SUCCESS');
        const told = await toldOf('NODE0001', 'REFUND.SUCCESS');
        assert.ok(await isSigned(told.headers, told.body));
        assert.deepEqual([told.told.out_refund_no, told.told.amount.refund], ['NODEBACK1', 8888]);
    });

    test('npm: a JSAPI order is taken, and closed again', async () => {
        const pay = sdk();
        const made = await pay.transactions_jsapi({ ...order('NODE0002'), payer: { openid } });
        assert.match(made.data.package, /^prepay_id=wx/);
        assert.equal((await pay.close('NODE0002')).status, 204);
        assert.equal((await pay.query({ out_trade_no: 'NODE0002' })).data.trade_state, 'CLOSED');
    });

    test('PyPI: the same, checked by its own routines', async () => {
        const who = { ...merchant, host: server.sandbox };
        const made = await other('pay', { order: order('PYTHON01') }, who);
        assert.equal(made.status, 200, JSON.stringify(made));
        assert.ok((await wallet(made.body.code_url)).ok);
        const notice = await toldOf('PYTHON01', 'TRANSACTION.SUCCESS');
        const [known, told, changed] = await others(
            ['query', { as: who, number: 'PYTHON01' }],
            ['callback', { as: who, headers: notice.headers, body: notice.body }],
            ['callback', { as: who, headers: notice.headers, body: notice.body.replace('TRANSACTION', 'TRANSACTI0N') }],
        );
        assert.deepEqual([known.status, known.body.trade_state], [200, 'SUCCESS']);
        assert.deepEqual([told.resource.out_trade_no, told.resource.amount.total], ['PYTHON01', 8888]);
        assert.equal(changed, null);

        const refund = { out_refund_no: 'PYTHONBACK1', out_trade_no: 'PYTHON01', amount: { refund: 100, total: 8888, currency: 'CNY' } };
        const [back, asked, open, closed] = await others(
            ['refund', { as: who, refund }], ['query_refund', { as: who, number: 'PYTHONBACK1' }],
            ['pay', { as: who, order: order('PYTHON02') }], ['close', { as: who, number: 'PYTHON02' }],
        );
        assert.deepEqual([back.status, asked.body.status, open.status, closed.status], [200, 'SUCCESS', 200, 204]);
    });

    test('PyPI: without a public key it fetches the certificates that our server fetches, and believes what they sign', async () => {
        const turn = async (shown) => assert.ok((await fetch(`${server.sandbox}/wechatpay/certificates`, {
            method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(shown),
        })).ok);
        const [first, second] = ['5157F09EFDC096DE15EBE81A47057A7232F1B8E1', '0D2F6B1C8E4A97530C1DE2F3A4B5C6D7E8F90A1B'];
        await turn({ speaks: 'certificates', signs: 'second', lists: ['first', 'second', 'expired'] });
        const who = { ...merchant, host: server.sandbox };
        const known = await other('certificates', { number: 'PYTHON01' }, who);
        assert.deepEqual(known.serials, [first, second], 'the one that has ended is left out');
        assert.deepEqual([known.query.status, known.query.body.trade_state], [200, 'REFUND']);
        await turn({ speaks: 'certificates', signs: 'expired', lists: ['first', 'second', 'expired'] });
        assert.match((await other('certificates', { number: 'PYTHON01' }, who)).error, /verify the signature/);
        await turn({ speaks: 'public_key', signs: 'first', lists: ['first'] });
    });

    test('an answer that is signed wrongly is refused by the package too, and a merchant with another key is a stranger', async () => {
        await fetch(`${server.sandbox}/faults`, {
            method: 'POST', headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ fault: 'bad_signature', channel: 'wechatpay', call: 'query' }),
        });
        const who = { ...merchant, host: server.sandbox };
        const asked = ['query', { as: who, number: 'PYTHON01' }];
        const [wrong, right, stranger] = await others(asked, asked, ['query', { as: { ...who, privateKey: platformKey }, number: 'PYTHON01' }]);
        assert.match(wrong.error, /verify the signature/);
        assert.equal(right.status, 200);
        assert.deepEqual([stranger.status, stranger.body.code], [401, 'SIGN_ERROR']);
    });
});

describe('our server, at a WeChat Pay that both packages play', () => {
    let gateway, server, asked, known;
    const platform = node(platformKey);
    const config = (host) => `[wechatpay]\nhost = "${host}"\nmchid = "${mchid}"\nappid = "${appid}"\nserial = "${serial}"\n` +
        `private_key = """\n${merchantKey}"""\npublic_key_id = "${platformId}"\npublic_key = """\n${platformPublic}"""\napi_v3_key = "${apiV3Key}"\napp_secret = "${appSecret}"\n`;

    /** Headers over exactly this body, signed by the package of the caller's choice. */
    const signedBy = async (sign, body) => {
        const [timestamp, nonce] = [String(Math.floor(Date.now() / 1000)), randomBytes(16).toString('hex')];
        return {
            'content-type': 'application/json', 'wechatpay-timestamp': timestamp, 'wechatpay-nonce': nonce, 'wechatpay-serial': platformId,
            'wechatpay-signature-type': 'WECHATPAY2-SHA256-RSA2048', 'wechatpay-signature': await sign([timestamp, nonce, body]),
        };
    };
    const byNode = async (lines) => platform.sign(`${lines.join('\n')}\n`);
    const byPython = (lines) => other('sign', { lines }, { ...merchant, privateKey: platformKey, publicKey: merchantPublic });
    const said = async (status, answer) => {
        const body = answer ? JSON.stringify(answer) : '';
        return { status, body, headers: await signedBy(byNode, body) };
    };

    before(async () => {
        asked = [];
        known = new Map();
        gateway = await listen((method, url, text, headers) => {
            const body = text && JSON.parse(text);
            asked.push({ method, url, text, headers });
            const number = url.match(/out-trade-no\/([^/?]+)/)?.[1];
            if (url.startsWith('/sns/')) return JSON.stringify({ access_token: 'a', expires_in: 7200, openid, scope: 'snsapi_base' });
            if (url.endsWith('/jsapi')) return said(200, { prepay_id: 'wx201410272009395522657a690389285100' });
            if (url.endsWith('/native')) return said(200, { code_url: 'weixin://wxpay/bizpayurl?pr=p4lpSuKzz' });
            if (url.endsWith('/refunds')) {
                const { out_refund_no, out_trade_no, amount } = body;
                return said(200, { out_refund_no, out_trade_no, status: 'SUCCESS', refund_id: '50300001', amount });
            }
            return known.has(number) ? said(200, known.get(number)) : said(404, { code: 'ORDER_NOT_EXIST', message: '订单不存在' });
        });
        server = await florin(config(gateway.url));
    });
    after(async () => {
        await server?.stop();
        gateway?.close();
    });

    /** What our request says of itself; both packages must sign it just as we did. */
    const parts = (request) => {
        const [scheme, rest] = request.headers.authorization.split(/ (.*)/);
        return { scheme, ...Object.fromEntries([...rest.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value])) };
    };
    const wouldSign = async ({ method, url, text, headers }) => {
        const { scheme, mchid: whose, serial_no: by, nonce_str: nonce, timestamp, signature } = parts({ headers });
        assert.deepEqual([scheme, whose, by], ['WECHATPAY2-SHA256-RSA2048', mchid, serial]);
        assert.equal(node(merchantKey).getSignature(method, nonce, timestamp, url, text), signature, `npm signs ${method} ${url} otherwise`);
        assert.equal(await other('sign', { lines: [method, url, timestamp, nonce, text] }), signature, `PyPI signs ${method} ${url} otherwise`);
    };
    const transaction = (number) => ({
        appid, mchid, out_trade_no: number, transaction_id: '4200001234202611180000000001', trade_type: 'NATIVE', trade_state: 'SUCCESS',
        success_time: '2026-11-18T12:01:30+08:00', amount: { total: 8888, payer_total: 8888, currency: 'CNY', payer_currency: 'CNY' },
    });
    /** A notification as WeChat Pay seals it. */
    const notice = (plain) => {
        const [nonce, associated] = [randomBytes(6).toString('hex'), 'transaction'];
        const cipher = createCipheriv('aes-256-gcm', apiV3Key, nonce).setAAD(Buffer.from(associated));
        const sealed = Buffer.concat([cipher.update(JSON.stringify(plain)), cipher.final(), cipher.getAuthTag()]).toString('base64');
        return JSON.stringify({
            id: 'EV-2026111812013000001', create_time: '2026-11-18T12:01:30+08:00', resource_type: 'encrypt-resource',
            event_type: 'TRANSACTION.SUCCESS', summary: '支付成功',
            resource: { original_type: 'transaction', algorithm: 'AEAD_AES_256_GCM', ciphertext: sealed, associated_data: associated, nonce },
        });
    };
    const tell = (headers, body) => fetch(`${server.url}/notify/wechatpay`, { method: 'POST', headers, body });

    for (const [name, sign] of [['npm', byNode], ['PyPI', byPython]]) {
        test(`${name}: what it seals and signs is believed, what it would not accept is refused, and what we ask it signs as we do`, async () => {
            const session = await server.merchant({ amount: '8888', currency: 'CNY' });
            const opened = await session.pay('WECHATPAY', DESK);
            assert.equal(opened.next_action.text, 'weixin://wxpay/bizpayurl?pr=p4lpSuKzz', await server.log());
            const number = JSON.parse(asked.findLast(({ url }) => url.endsWith('/native')).text).out_trade_no;

            const body = notice(transaction(number));
            const headers = await signedBy(sign, body);
            assert.equal((await other('callback', { headers, body })).resource.out_trade_no, number, 'the notification of this test is none');
            assert.ok(await isSigned(headers, body), 'the notification of this test is none');
            const [begin, end] = [body.indexOf('"ciphertext":"') + 20, body.indexOf('"ciphertext":"') + 21];
            const torn = body.slice(0, begin) + (body[begin] === 'A' ? 'B' : 'A') + body.slice(end);
            assert.equal((await tell(headers, torn)).status, 401);
            // Signed well, but sealed under another key: the tag does not hold, for them and for us.
            const resealed = await signedBy(sign, torn);
            assert.equal(await other('callback', { headers: resealed, body: torn }), null);
            assert.equal((await tell(resealed, torn)).status, 401);
            assert.equal((await session.status()).payment_status, 'PROCESSING');
            assert.equal((await tell(headers, body)).status, 204);
            await until(async () => (await session.status()).payment_status === 'SUCCESS');

            known.set(number, transaction(number));
            const refund = await session.refund(opened.order_id, '8888');
            const isOurs = ({ url, text }) => url.endsWith('/refunds') && JSON.parse(text).out_refund_no === refund.refund_id;
            await until(() => asked.find(isOurs));
            assert.ok(asked.some(({ method }) => method === 'GET'), 'nothing was queried');
        });
    }

    test('inside WeChat its bridge is asked for what both packages sign', async () => {
        const session = await server.merchant({ amount: '8888', currency: 'CNY' });
        const opened = await session.pay('WECHATPAY', INSIDE_WECHAT);
        const way = new URL(opened.next_action.url);
        assert.deepEqual([way.searchParams.get('appid'), way.searchParams.get('scope')], [appid, 'snsapi_base'], await server.log());
        const page = await (await fetch(`${way.searchParams.get('redirect_uri')}?code=c1&state=${way.searchParams.get('state')}`)).text();
        const text = page.match(/data-request="([^"]*)"/)?.[1].replaceAll('&quot;', '"');
        const { paySign, signType, ...request } = JSON.parse(text ?? assert.fail(page));
        assert.equal(JSON.parse(asked.find(({ url }) => url.endsWith('/jsapi')).text).payer.openid, openid);
        const lines = [request.appId, request.timeStamp, request.nonceStr, request.package];
        assert.deepEqual([signType, request.package], ['RSA', 'prepay_id=wx201410272009395522657a690389285100']);
        assert.equal(node(merchantKey).sign(`${lines.join('\n')}\n`), paySign);
        assert.equal(await other('sign', { lines }), paySign);
    });

    test('every request of ours has the signature that both packages make', async () => {
        const signed = asked.filter(({ url }) => url.startsWith('/v3/'));
        const kinds = new Set(signed.map(({ method, url }) => `${method} ${url.replace(/out-trade-no\/.*/, 'query').split('/').at(-1)}`));
        for (const kind of ['POST native', 'POST jsapi', 'GET query', 'POST refunds']) assert.ok(kinds.has(kind), [...kinds].join());
        for (const request of [...signed.slice(0, 12), signed.find(({ url }) => url.endsWith('/jsapi'))]) await wouldSign(request);
        for (const { headers } of signed) assert.ok(headers.accept && headers['user-agent'] && headers['wechatpay-serial'] === platformId);
    });
});

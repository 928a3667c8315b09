// Alipay's own Node SDK against both of our sides, each by itself: it is the merchant of our sandbox, and it checks and signs
// for a gateway that our server asks. What one of ours misread, it would not accept.

import assert from 'node:assert/strict';
import { createSign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { AlipaySdk } from 'alipay-sdk';

import { DESK, INSIDE_ALIPAY, PHONE, florin, listen, until } from './florin.mjs';

const pem = (name) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const base64 = (text) => text.replaceAll(/-----.*-----/g, '').replaceAll(/\s/g, '');
// Both pairs are for tests only, and printed in the protocol's page.
const merchantKey = pem('keys/alipay_sandbox_merchant.pem');
const merchantPublic = pem('sandbox/keys/alipay_merchant_public.pem');
const platformKey = pem('sandbox/keys/alipay_platform_private.pem');
const platformPublic = pem('keys/alipay_sandbox_platform_public.pem');
const appId = '2021000000000001';
const sellerId = '2088000000000002';

/** The SDK with these keys: it signs by the first and checks by the second. */
const sdk = (privateKey, alipayPublicKey, endpoint = 'http://127.0.0.1:9') =>
    new AlipaySdk({ appId, privateKey: base64(privateKey), alipayPublicKey: base64(alipayPublicKey), keyType: 'PKCS8', gateway: `${endpoint}/gateway.do`, endpoint });

const fields = (form) => Object.fromEntries(new URLSearchParams(form));

/** The same with another total, which nobody has signed. */
const changed = (form) => ({ ...form, total_amount: '0.01', biz_content: (form.biz_content ?? '').replace('88.88', '0.01') });

describe('our sandbox, with the SDK as its merchant', () => {
    let server, shop, heard, merchant;

    before(async () => {
        heard = [];
        server = await florin();
        shop = await listen((method, url, body) => {
            heard.push(fields(body));
            return 'success';
        });
        merchant = sdk(merchantKey, platformPublic, server.sandbox);
    });
    after(async () => {
        shop?.close();
        await server?.stop();
    });

    const exec = (method, bizContent) =>
        merchant.exec(method, { notify_url: `${shop.url}/notify`, bizContent }, { validateSign: true });
    const wallet = (code) => fetch(`${server.sandbox}/wallet`, {
        method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ code, action: 'approve' }),
    });
    const order = (number, product) => ({
        out_trade_no: number, total_amount: '88.88', subject: '蓝色马克杯', product_code: product,
    });

    test('a code is made, paid, told of and given back, and every signature holds', async () => {
        const made = await exec('alipay.trade.precreate', order('CODE1', 'FACE_TO_FACE_PAYMENT'));
        assert.equal(made.code, '10000', JSON.stringify(made));
        const before = await exec('alipay.trade.query', { out_trade_no: 'CODE1' });
        assert.deepEqual([before.code, before.subCode], ['40004', 'ACQ.TRADE_NOT_EXIST']);
        assert.ok((await wallet(made.qrCode)).ok);

        const paid = await until(() => heard.find((form) => form.trade_status === 'TRADE_SUCCESS'));
        assert.ok(merchant.checkNotifySign(paid) && merchant.checkNotifySignV2(paid));
        assert.ok(!merchant.checkNotifySign(changed(paid)));
        assert.deepEqual([paid.total_amount, paid.seller_id], ['88.88', sellerId]);

        const known = await exec('alipay.trade.query', { out_trade_no: 'CODE1' });
        assert.deepEqual([known.tradeStatus, known.totalAmount, known.tradeNo], ['TRADE_SUCCESS', '88.88', paid.trade_no]);
        const back = { out_trade_no: 'CODE1', out_request_no: 'BACK1', refund_amount: '88.88' };
        assert.equal((await exec('alipay.trade.refund', back)).fundChange, 'Y');
        assert.equal((await exec('alipay.trade.refund', back)).fundChange, 'N');
        const refund = await exec('alipay.trade.fastpay.refund.query', back);
        assert.deepEqual([refund.refundStatus, refund.refundAmount], ['REFUND_SUCCESS', '88.88']);
        const told = await until(() => heard.find((form) => form.out_biz_no === 'BACK1'));
        assert.ok(merchant.checkNotifySign(told));
        assert.deepEqual([told.trade_status, told.refund_fee], ['TRADE_CLOSED', '88.88']);
    });

    test('a link of the SDK opens the page, and the trade can then be closed', async () => {
        const computers = merchant.pageExecute('alipay.trade.page.pay', 'GET', { bizContent: order('PAGE0', 'FAST_INSTANT_TRADE_PAY') });
        assert.equal((await fetch(computers, { redirect: 'manual' })).status, 302);
        const link = merchant.pageExecute('alipay.trade.wap.pay', 'GET', { bizContent: order('PAGE1', 'QUICK_WAP_WAY') });
        const visit = await fetch(link, { redirect: 'manual' });
        assert.equal(visit.status, 302, await visit.text());
        assert.equal((await exec('alipay.trade.query', { out_trade_no: 'PAGE1' })).tradeStatus, 'WAIT_BUYER_PAY');
        assert.equal((await exec('alipay.trade.close', { out_trade_no: 'PAGE1' })).code, '10000');
        assert.equal((await exec('alipay.trade.query', { out_trade_no: 'PAGE1' })).tradeStatus, 'TRADE_CLOSED');
        const forged = await fetch(link.replace('PAGE1', 'PAGE2'), { redirect: 'manual' });
        assert.equal(forged.status, 400);
    });

    test('a payment code is charged and cancelled, which gives its money back', async () => {
        const scanned = (number, code) => ({ ...order(number, 'FACE_TO_FACE_PAYMENT'), scene: 'bar_code', auth_code: code });
        const paid = await exec('alipay.trade.pay', scanned('SCAN1', '281000000000000001'));
        assert.deepEqual([paid.code, paid.totalAmount], ['10000', '88.88']);
        const waiting = await exec('alipay.trade.pay', scanned('SCAN2', '282000000000000001'));
        assert.equal(waiting.code, '10003');
        const refused = await exec('alipay.trade.pay', scanned('SCAN3', '284000000000000001'));
        assert.deepEqual([refused.code, refused.subCode], ['40004', 'ACQ.BUYER_BALANCE_NOT_ENOUGH']);
        for (const [number, action] of [['SCAN1', 'refund'], ['SCAN2', 'close']]) {
            const ended = await exec('alipay.trade.cancel', { out_trade_no: number });
            assert.deepEqual([ended.code, ended.action, ended.retryFlag], ['10000', action, 'N']);
        }
    });

    test('a payer comes back from the login, and a trade is made for them', async () => {
        const login = new URL(`${server.sandbox}/oauth2/publicAppAuthorize.htm`);
        login.search = new URLSearchParams({ app_id: appId, scope: 'auth_base', redirect_uri: `${shop.url}/back`, state: 'GW7' });
        const back = new URL((await fetch(login, { redirect: 'manual' })).headers.get('location'));
        const code = back.searchParams.get('auth_code');
        const exchange = (validateSign) => merchant.exec('alipay.system.oauth.token', { grant_type: 'authorization_code', code }, { validateSign });
        const told = await exchange(true);
        assert.match(told.userId, /^2088/);
        // The SDK finds no signed text in an `error_response`.
        assert.equal((await exchange(false)).subCode, 'isv.code-invalid');
        const trade = { ...order('INSIDE1', 'JSAPI_PAY'), buyer_id: told.userId, op_app_id: appId };
        const made = await exec('alipay.trade.create', trade);
        assert.equal(made.code, '10000', JSON.stringify(made));
        assert.ok((await wallet(made.tradeNo)).ok);
        assert.equal((await exec('alipay.trade.query', { out_trade_no: 'INSIDE1' })).tradeStatus, 'TRADE_SUCCESS');
    });

    test('an answer that is signed wrongly is refused by the SDK too', async () => {
        await fetch(`${server.sandbox}/faults`, {
            method: 'POST', headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ fault: 'bad_signature', channel: 'alipay', call: 'query' }),
        });
        await assert.rejects(exec('alipay.trade.query', { out_trade_no: 'CODE1' }));
        assert.equal((await exec('alipay.trade.query', { out_trade_no: 'CODE1' })).tradeStatus, 'TRADE_CLOSED');
    });

    test('a merchant with another key is a stranger', async () => {
        const stranger = sdk(platformKey, platformPublic, server.sandbox);
        const said = await stranger.exec('alipay.trade.query', { bizContent: { out_trade_no: 'CODE1' } }, { validateSign: true });
        assert.equal(said.subCode, 'isv.invalid-signature');
    });
});

describe('our server, at a gateway where the SDK checks what it asks', () => {
    let gateway, server, asked, known;
    // The other side: it checks by the merchant's public key.
    const platform = sdk(platformKey, merchantPublic);
    const config = (host) => `[alipay]\nhost = "${host}"\napp_id = "${appId}"\nseller_id = "${sellerId}"\n` +
        `private_key = """\n${merchantKey}"""\npublic_key = "${base64(platformPublic)}"\n` +
        'products = "FACE_TO_FACE_PAYMENT QUICK_WAP_WAY JSAPI_PAY"\n';

    /** Signed over exactly this text, by Node and not by us. */
    const sign = (text) => createSign('RSA-SHA256').update(text).sign(platformKey, 'base64');
    const said = (method, answer) => {
        // As Alipay does it: escaped slashes, and a key before the signature.
        const text = JSON.stringify({ code: '10000', msg: 'Success', ...answer }).replaceAll('/', '\\/');
        return `{"${method.replaceAll('.', '_')}_response":${text},"alipay_cert_sn":"","sign":"${sign(text)}"}`;
    };
    const absent = { code: '40004', msg: 'Business Failed', sub_code: 'ACQ.TRADE_NOT_EXIST' };

    before(async () => {
        asked = [];
        known = new Map();
        gateway = await listen((method, url, body) => {
            const form = fields(body);
            const content = JSON.parse(form.biz_content ?? '{}');
            asked.push(form);
            switch (form.method) {
                case 'alipay.trade.pay':
                    return said(form.method, { code: '10003', out_trade_no: content.out_trade_no, trade_no: '2026111822001400000000000002' });
                case 'alipay.trade.cancel':
                    known.set(content.out_trade_no, { out_trade_no: content.out_trade_no, trade_status: 'TRADE_CLOSED', total_amount: '88.88' });
                    return said(form.method, { out_trade_no: content.out_trade_no, retry_flag: 'N', action: 'close' });
                case 'alipay.system.oauth.token': {
                    const text = JSON.stringify({ access_token: 'a', user_id: '2088000000000001', expires_in: 1296000 });
                    return `{"alipay_system_oauth_token_response":${text},"sign":"${sign(text)}"}`;
                }
                case 'alipay.trade.create':
                    return said(form.method, { out_trade_no: content.out_trade_no, trade_no: '2026111822001400000000000003' });
                case 'alipay.trade.precreate':
                    return said(form.method, { out_trade_no: content.out_trade_no, qr_code: 'https://qr.alipay.com/bax03431ljhokirwl38f00a7' });
                case 'alipay.trade.query':
                    return said(form.method, known.get(content.out_trade_no) ?? absent);
                case 'alipay.trade.refund':
                    return said(form.method, { out_trade_no: content.out_trade_no, fund_change: 'Y', refund_fee: content.refund_amount });
                default:
                    return said(form.method, absent);
            }
        });
        server = await florin(config(gateway.url));
    });
    after(async () => {
        await server?.stop();
        gateway?.close();
    });

    /** A notification as Alipay signs it: without the signature and its type. */
    const notice = (more) => {
        const form = {
            app_id: appId, auth_app_id: appId, seller_id: sellerId, charset: 'utf-8', version: '1.0', notify_type: 'trade_status_sync',
            notify_id: '2026111800222120131000000000001', notify_time: '2026-11-18 12:01:31', total_amount: '88.88', subject: '蓝色马克杯',
            fund_bill_list: '[{"amount":"88.88","fundChannel":"ALIPAYACCOUNT"}]', body: '', ...more,
        };
        const text = Object.keys(form).sort().map((key) => `${key}=${form[key]}`).join('&');
        return { ...form, sign_type: 'RSA2', sign: sign(text) };
    };
    const tell = (form) => fetch(`${server.url}/notify/alipay`, {
        method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams(form),
    });

    test('a code is asked for, and a notification that the SDK accepts is acknowledged with seven bytes', async () => {
        const session = await server.merchant({ amount: '8888', currency: 'CNY' });
        const opened = await session.pay('ALIPAY', DESK);
        assert.equal(opened.next_action.text, 'https://qr.alipay.com/bax03431ljhokirwl38f00a7', await server.log());
        const request = asked.findLast((form) => form.method === 'alipay.trade.precreate');
        assert.ok(platform.checkNotifySign(request), 'the SDK does not accept our request');
        assert.ok(!platform.checkNotifySign(changed(request)));
        const content = JSON.parse(request.biz_content);
        assert.deepEqual([content.out_trade_no, content.total_amount], [opened.order_id, '88.88']);

        const paid = notice({
            out_trade_no: opened.order_id, trade_no: '2026111822001400000000000001', trade_status: 'TRADE_SUCCESS', gmt_payment: '2026-11-18 12:01:30',
        });
        assert.ok(sdk(merchantKey, platformPublic).checkNotifySign(paid), 'the notification of this test is none');
        assert.equal((await tell({ ...paid, total_amount: '0.01' })).status, 401);
        const acknowledged = await tell(paid);
        assert.deepEqual([acknowledged.status, await acknowledged.text()], [200, 'success']);
        await until(async () => (await session.status()).payment_status === 'SUCCESS');

        known.set(opened.order_id, {
            out_trade_no: opened.order_id, trade_no: '2026111822001400000000000001', trade_status: 'TRADE_SUCCESS',
            total_amount: '88.88', send_pay_date: '2026-11-18 12:01:30',
        });
        const refund = await session.refund(opened.order_id, '8888');
        await until(() => asked.find((form) => form.method === 'alipay.trade.refund'));
        const back = asked.find((form) => form.method === 'alipay.trade.refund');
        assert.ok(platform.checkNotifySign(back), 'the SDK does not accept our refund');
        assert.equal(JSON.parse(back.biz_content).out_request_no, refund.refund_id);
        assert.ok(asked.every((form) => platform.checkNotifySign(form)), 'the SDK does not accept something that we asked');
    });

    test('a phone gets a link that the SDK accepts', async () => {
        const session = await server.merchant({ amount: '8888', currency: 'CNY' });
        const opened = await session.pay('ALIPAY', PHONE);
        assert.equal(opened.next_action.type, 'redirect', await server.log());
        const link = new URL(opened.next_action.url);
        const form = fields(link.search);
        assert.deepEqual([form.method, link.origin], ['alipay.trade.wap.pay', gateway.url]);
        assert.ok(platform.checkNotifySign(form));
        assert.ok(!platform.checkNotifySign(changed(form)));
    });

    test('a computer gets such a link too, where the merchant has signed for pages', async () => {
        const pages = config(gateway.url).replace('FACE_TO_FACE_PAYMENT', 'FAST_INSTANT_TRADE_PAY FACE_TO_FACE_PAYMENT');
        const other = await florin(pages);
        try {
            const opened = await (await other.merchant({ amount: '8888', currency: 'CNY' })).pay('ALIPAY', DESK);
            const form = fields(new URL(opened.next_action.url).search);
            assert.equal(form.method, 'alipay.trade.page.pay');
            assert.ok(platform.checkNotifySign(form));
        } finally {
            await other.stop();
        }
    });

    test('a payment code is charged, told of and cancelled in words that the SDK accepts', async () => {
        const scanned = (code) => server.scan({ amount: '8888', currency: 'CNY' }, code);
        const first = await scanned('281000000000000001');
        assert.deepEqual([first.status, first.payment_method], ['PROCESSING', 'ALIPAY'], await server.log());
        const request = asked.findLast((form) => form.method === 'alipay.trade.pay');
        assert.ok(platform.checkNotifySign(request) && !platform.checkNotifySign(changed(request)));
        const content = JSON.parse(request.biz_content);
        assert.deepEqual([content.auth_code, content.scene, content.total_amount], ['281000000000000001', 'bar_code', '88.88']);
        const paid = notice({ out_trade_no: first.order_id, trade_no: '2026111822001400000000000002', trade_status: 'TRADE_SUCCESS', gmt_payment: '2026-11-18 12:01:30' });
        assert.equal((await tell(paid)).status, 200);
        await until(async () => (await server.ask(`/v1/transactions?order_id=${first.order_id}`)).status === 'SUCCESS');

        const second = await scanned('282000000000000001');
        await server.cancel(second.order_id);
        await until(async () => (await server.ask(`/v1/transactions?order_id=${second.order_id}`)).status === 'CANCELLED');
        const cancel = asked.find((form) => form.method === 'alipay.trade.cancel');
        assert.ok(platform.checkNotifySign(cancel));
        assert.equal(JSON.parse(cancel.biz_content).out_trade_no, second.order_id);
    });

    test('within Alipay a code of the login is exchanged and a trade made for its payer, and the SDK accepts both', async () => {
        const session = await server.merchant({ amount: '8888', currency: 'CNY' });
        const opened = await session.pay('ALIPAY', INSIDE_ALIPAY);
        const way = new URL(opened.next_action.url);
        assert.deepEqual([way.searchParams.get('app_id'), way.searchParams.get('scope')], [appId, 'auth_base'], await server.log());
        const back = new URL(way.searchParams.get('redirect_uri'));
        back.search = new URLSearchParams({ app_id: appId, scope: 'auth_base', state: way.searchParams.get('state'), auth_code: 'c1' });
        const page = await (await fetch(back)).text();
        const text = page.match(/data-request="([^"]*)"/)?.[1].replaceAll('&quot;', '"');
        assert.deepEqual(JSON.parse(text ?? assert.fail(page)), { tradeNO: '2026111822001400000000000003' });
        const exchange = asked.find((form) => form.method === 'alipay.system.oauth.token');
        assert.deepEqual([exchange.code, exchange.grant_type, exchange.biz_content], ['c1', 'authorization_code', undefined]);
        const made = asked.find((form) => form.method === 'alipay.trade.create');
        const content = JSON.parse(made.biz_content);
        assert.deepEqual([content.buyer_id, content.product_code], ['2088000000000001', 'JSAPI_PAY']);
        for (const form of [exchange, made]) assert.ok(platform.checkNotifySign(form), 'the SDK does not accept it');
    });
});

// Antom's own SDK for Python (global-open-sdk-python) against both of our sides: it is a merchant of our sandbox; and it plays
// Antom to our server: it signs what we ask as it would have asked it, which must be our very signature, and signs what we are
// answered and told.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { after, before, describe, test } from 'node:test';

import { DESK, florin, listen, until } from './florin.mjs';

const pem = (name) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
// Both pairs are for tests only, and printed in the protocol's page.
/** The SDK takes a key in PKCS #1 only. */
const pkcs1 = (key) => createPrivateKey(key).export({ type: 'pkcs1', format: 'pem' });
const merchantKey = pem('keys/antom_sandbox_merchant.pem');
const merchantPublic = pem('sandbox/keys/merchant_public.pem');
const platformKey = pem('sandbox/keys/platform_private.pem');
const platformPublic = pem('keys/antom_sandbox_platform_public.pem');
const clientId = 'SANDBOX_5X00000000000000';
const amount = { currency: 'PHP', value: '8888' };
const python = fileURLToPath(new URL('../../../.tools/global-open-sdk/bin/python', import.meta.url));

/** What the SDK makes of this question. */
async function sdk(craft, question) {
    const program = spawn(process.env.FLORIN_ANTOM_SDK ?? python, [fileURLToPath(new URL('antom.py', import.meta.url))]);
    const heard = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr']) program[name].setEncoding('utf8').on('data', (text) => { heard[name] += text; });
    const ended = new Promise((resolve, reject) => program.once('close', resolve).once('error', reject));
    program.stdin.end(JSON.stringify([[craft, question]]));
    const code = await ended.catch((why) => { throw new Error('is global-open-sdk-python installed? scripts/setup.sh test', { cause: why }); });
    assert.equal(code, 0, `is global-open-sdk-python installed? scripts/setup.sh test: ${heard.stderr}`);
    return JSON.parse(heard.stdout)[0];
}

/** Whether it believes this message to an address with this path. */
const believes = async (path, headers, body) => (await sdk('check', {
    path, body, clientId: headers['client-id'], time: headers['request-time'], signature: headers.signature, key: platformPublic,
})) === true;

describe('our sandbox, with the SDK as its merchant', () => {
    let server, shop, heard;

    before(async () => {
        heard = [];
        server = await florin();
        shop = await listen((method, url, body, headers) => {
            heard.push({ url, body, headers });
            const result = { resultCode: 'SUCCESS', resultStatus: 'S', resultMessage: 'success' };
            return { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ result }) };
        });
    });
    after(async () => {
        shop?.close();
        await server?.stop();
    });

    const merchant = () => ({ host: server.sandbox, clientId, privateKey: pkcs1(merchantKey), publicKey: platformPublic });
    const call = (craft, question, who = merchant()) => sdk(craft, { ...question, as: who });
    const pay = (number) => call('pay', { number, amount, method: 'GCASH', description: 'Blue mug', notifyUrl: `${shop.url}/notify` });
    const codeOf = (paid) => paid.orderCodeForm?.codeDetails.find(({ displayType }) => displayType === 'TEXT').codeValue;

    test('a code is made, paid, told of and given back, and every signature holds', async () => {
        const paid = await pay('SDK00001');
        assert.equal(paid.result?.resultCode, 'PAYMENT_IN_PROCESS', JSON.stringify(paid));
        assert.equal((await call('query', { number: 'SDK00001' })).paymentStatus, 'PROCESSING');
        const scanned = await fetch(`${server.sandbox}/wallet`, {
            method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ code: codeOf(paid), action: 'approve' }),
        });
        assert.ok(scanned.ok, await scanned.text());

        const notice = await until(() => heard.find(({ body }) => JSON.parse(body).paymentRequestId === 'SDK00001'));
        assert.ok(await believes(notice.url, notice.headers, notice.body));
        assert.ok(!(await believes(notice.url, notice.headers, `${notice.body} `)));
        const told = JSON.parse(notice.body);
        assert.deepEqual([told.notifyType, told.result.resultStatus, told.paymentAmount], ['PAYMENT_RESULT', 'S', amount]);

        const known = await call('query', { number: 'SDK00001' });
        assert.deepEqual([known.paymentStatus, known.paymentId], ['SUCCESS', told.paymentId]);
        const back = await call('refund', { number: 'SDKBACK1', payment: known.paymentId, amount: { ...amount, value: '100' } });
        assert.ok(['SUCCESS', 'REFUND_IN_PROCESS'].includes(back.result?.resultCode), JSON.stringify(back));
        const stands = await until(async () => {
            const said = await call('query_refund', { number: 'SDKBACK1' });
            return said.refundStatus === 'SUCCESS' && said;
        });
        assert.equal(stands.refundAmount.value, '100');
    });

    test('what is cancelled is ended, and whoever signs by another key is refused', async () => {
        const paid = await pay('SDK00002');
        assert.ok(codeOf(paid), JSON.stringify(paid));
        assert.equal((await call('cancel', { number: 'SDK00002' })).result.resultCode, 'SUCCESS');
        assert.equal((await call('query', { number: 'SDK00002' })).paymentStatus, 'CANCELLED');
        const stranger = await call('query', { number: 'SDK00002' }, { ...merchant(), privateKey: pkcs1(platformKey) });
        assert.match(JSON.stringify(stranger), /INVALID_SIGNATURE/);
        const misled = await call('query', { number: 'SDK00002' }, { ...merchant(), publicKey: merchantPublic });
        assert.match(misled.error, /verif/i);
    });
});

describe('our server, at an Antom that the SDK plays', () => {
    let gateway, server, asked, paid;
    const ok = { resultCode: 'SUCCESS', resultStatus: 'S', resultMessage: 'success.' };
    const now = () => new Date().toISOString().replace(/\.\d+Z/, 'Z');
    const bearing = async (path, name, body, key = platformKey) => {
        const time = now();
        const signature = await sdk('sign', { path, clientId, time, body, key: pkcs1(key) });
        return {
            'content-type': 'application/json; charset=UTF-8', 'client-id': clientId, [name]: time,
            signature: `algorithm=RSA256,keyVersion=1,signature=${signature}`,
        };
    };
    const result = (question) => {
        const of = { paymentRequestId: question.paymentRequestId, paymentId: '202611241940108001001880C0204310001' };
        const money = { paymentAmount: { currency: 'PHP', value: '8888' } };
        const state = paid.has(question.paymentRequestId) ? 'SUCCESS' : 'PROCESSING';
        return { ...of, ...money, state };
    };
    const answer = (url, question) => {
        if (url.endsWith('/pay')) {
            const code = { codeValueType: 'QRCODE', codeValue: 'https://wallet.example/281000111222', displayType: 'TEXT' };
            const { state, ...of } = result(question);
            const orderCodeForm = { paymentMethodType: 'GCASH', codeDetails: [code] };
            return { ...of, orderCodeForm, paymentCreateTime: now(), result: { ...ok, resultCode: 'PAYMENT_IN_PROCESS', resultStatus: 'U' } };
        }
        if (url.endsWith('/refund')) {
            const { refundRequestId, paymentId, refundAmount } = question;
            return { result: ok, refundRequestId, paymentId, refundAmount, refundId: '2026112419401080050018', refundTime: now() };
        }
        const { state, ...of } = result(question);
        return { ...of, paymentStatus: state, paymentTime: now(), result: ok };
    };

    before(async () => {
        asked = [];
        paid = new Set();
        gateway = await listen(async (method, url, text, headers) => {
            asked.push({ url, text, headers });
            const body = JSON.stringify(answer(url, JSON.parse(text)));
            return { body, headers: await bearing(url, 'response-time', body) };
        });
        server = await florin(`[antom]\nhost = "${gateway.url}"\nclient_id = "${clientId}"\nkey_version = 1\n` +
            `private_key = """\n${merchantKey}"""\npublic_key = """\n${platformPublic}"""\n`);
    });
    after(async () => {
        await server?.stop();
        gateway?.close();
    });

    const tell = (headers, body) => fetch(`${server.url}/notify/antom`, { method: 'POST', headers, body });

    test('what it signs is believed, what it would not accept is refused', async () => {
        const session = await server.merchant({ amount: amount.value, currency: amount.currency });
        const opened = await session.pay('GCASH', DESK);
        assert.equal(opened.next_action.text, 'https://wallet.example/281000111222', await server.log());
        const number = JSON.parse(asked.findLast(({ url }) => url.endsWith('/pay')).text).paymentRequestId;

        const { state, ...of } = result({ paymentRequestId: number });
        const body = JSON.stringify({ ...of, notifyType: 'PAYMENT_RESULT', result: ok, paymentCreateTime: now(), paymentTime: now() });
        const headers = await bearing('/notify/antom', 'request-time', body);
        assert.ok(await believes('/notify/antom', headers, body), 'the notification of this test is none');
        for (const forged of [[headers, `${body} `], [await bearing('/notify/antom', 'request-time', body, merchantKey), body], [await bearing('/notify', 'request-time', body), body]]) {
            assert.ok(!(await believes('/notify/antom', ...forged)));
            assert.equal((await tell(...forged)).status, 401);
        }
        assert.equal((await session.status()).payment_status, 'PROCESSING');
        paid.add(number);
        const taken = await tell(headers, body);
        assert.deepEqual([taken.status, (await taken.json()).result.resultStatus], [200, 'S']);
        await until(async () => (await session.status()).payment_status === 'SUCCESS');

        const refund = await session.refund(opened.order_id, '8888');
        await until(() => asked.find(({ url, text }) => url.endsWith('/refund') && JSON.parse(text).refundRequestId === refund.refund_id));
    });

    test('every request of ours has the signature that the SDK makes', async () => {
        // A session that is left open is asked about.
        const session = await server.merchant({ amount: '8888', currency: 'PHP' });
        await session.pay('GCASH', DESK);
        await until(() => asked.some(({ url }) => url.endsWith('/inquiryPayment')));
        const kinds = new Set(asked.map(({ url }) => url.split('/').at(-1)));
        for (const kind of ['pay', 'inquiryPayment', 'refund']) assert.ok(kinds.has(kind), [...kinds].join());
        for (const kind of kinds) {
            const { url, text, headers } = asked.find((one) => one.url.endsWith(`/${kind}`));
            assert.match(url, /^\/ams\/sandbox\/api\/v1\/payments\//);
            const [, said] = headers.signature.match(/^algorithm=RSA256,keyVersion=1,signature=(.+)$/);
            const sign = { path: url, clientId: headers['client-id'], time: headers['request-time'], body: text, key: pkcs1(merchantKey) };
            assert.equal(await sdk('sign', sign), said, `the SDK signs ${url} otherwise`);
        }
    });
});

// The real program in a folder of its own, and what a merchant and a shopper ask of it.

import { execFile, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const program = process.env.FLORIN_PROGRAM;
if (!program) throw new Error('FLORIN_PROGRAM names no program: scripts/test/conformance.sh builds it and says where it is');

export const DESK = 'Mozilla/5.0 (X11; Linux x86_64) Chrome/142.0.0.0 Safari/537.36';
export const PHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1';

export const INSIDE_WECHAT = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148 MicroMessenger/8.0.53 NetType/WIFI';

export const INSIDE_ALIPAY = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Mobile/15E148 AliApp(AP/10.6.60) AlipayClient/10.6.60';

/** Tries until something comes of it; what went wrong last is thrown after ten seconds. */
export async function until(what) {
    let problem = new Error('nothing came of it');
    for (let tries = 0; tries < 100; tries += 1) {
        try {
            const found = await what();
            if (found) return found;
        } catch (error) {
            problem = error;
        }
        await sleep(100);
    }
    throw problem;
}

/** Nobody listens on it, and no connection that goes out takes it before the server does: it is below the kernel's range for those. */
async function freePort() {
    for (;;) {
        const port = randomInt(10_000, 30_000);
        const server = createServer();
        const isFree = await new Promise((told) => server.once('error', () => told(false)).listen(port, '127.0.0.1', () => told(true)));
        await new Promise((closed) => server.close(closed));
        if (isFree) return port;
    }
}

/**
 * A server of ours: `answer` gets the method, the address, the body and the headers, and gives the body to answer with, or
 * `{ status, headers, body }`.
 */
export async function listen(answer) {
    const server = createServer(async (request, response) => {
        const parts = [];
        for await (const part of request) parts.push(part);
        const said = await answer(request.method, request.url, Buffer.concat(parts).toString(), request.headers);
        if (typeof said === 'string') return response.end(said);
        response.writeHead(said.status ?? 200, said.headers);
        response.end(said.body);
    }).listen(0, '127.0.0.1');
    await new Promise((ready) => server.once('listening', ready));
    return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.closeAllConnections() || server.close() };
}

/** `florin serve`; with `config` by that TOML, else with its own sandbox. */
export async function florin(config) {
    const folder = await mkdtemp(path.join(tmpdir(), 'florin-conformance-'));
    const listenOn = `127.0.0.1:${await freePort()}`;
    const sandboxOn = `127.0.0.1:${await freePort()}`;
    const settings = {
        ...process.env,
        FLORIN_DATA_DIR: folder,
        FLORIN_LISTEN: listenOn,
        FLORIN_SANDBOX_LISTEN: sandboxOn,
        FLORIN_ADMIN_LISTEN: 'off',
    };
    if (config) {
        settings.FLORIN_CONFIG = path.join(folder, 'florin.toml');
        await writeFile(settings.FLORIN_CONFIG, config);
    }
    const told = async (...command) => JSON.parse((await run(program, [...command, '--json'], { env: settings })).stdout);
    await told('migrate');
    const log = await open(path.join(folder, 'log'), 'w');
    const server = spawn(program, ['serve'], { env: settings, stdio: ['ignore', log.fd, log.fd] });
    const ended = new Promise((gone) => server.once('exit', gone));
    const url = `http://${listenOn}`;
    try {
        await until(async () => (await fetch(`${url}/readyz`)).ok);
    } catch (error) {
        throw new Error(`florin serve is not ready: ${await readFile(path.join(folder, 'log'), 'utf8')}`, { cause: error });
    }
    const merchant = await told('merchants', 'new', '--name', 'Blue Mug');
    return {
        url,
        sandbox: `http://${sandboxOn}`,
        told,
        merchant: (order) => session(url, merchant, order),
        /** What the merchant's scanner read. */
        scan: (order, code) => asked(url, '/v1/transactions', merchant.key, {
            merchant_id: merchant.merchant_id, trans_id: crypto.randomUUID(), ...order, payment: { payment_code: code },
        }),
        cancel: (orderId) => asked(url, `/v1/transactions/${orderId}/cancel`, merchant.key, {}),
        ask: (where) => asked(url, where, merchant.key),
        /** What a person reads who has to find out why it failed. */
        log: () => readFile(path.join(folder, 'log'), 'utf8'),
        stop: async () => {
            server.kill('SIGINT');
            await ended;
            await log.close();
            await rm(folder, { recursive: true });
        },
    };
}

async function read(answer) {
    const said = await answer.json();
    if (!answer.ok) throw new Error(`HTTP ${answer.status}: ${JSON.stringify(said)}`);
    return said.data;
}

async function asked(url, where, key, body) {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    if (body) headers['idempotency-key'] = crypto.randomUUID();
    const method = body ? 'POST' : 'GET';
    return read(await fetch(url + where, { method, headers, body: body && JSON.stringify(body) }));
}

/** A session, and its shopper. */
async function session(url, merchant, { amount, currency }) {
    const order = {
        merchant_id: merchant.merchant_id,
        trans_id: crypto.randomUUID(),
        currency,
        amount,
        session_mode: 'DROP_IN',
        return_url: 'http://127.0.0.1/thanks',
    };
    const made = await asked(url, '/v1/sessions', merchant.key, order);
    const where = `${url}/v1/checkout/${made.session_id}`;
    const headers = { authorization: `Bearer ${made.client_token}`, 'content-type': 'application/json' };
    return {
        id: made.session_id,
        order,
        refund: (orderId, minor) => asked(url, '/v1/refunds', merchant.key, {
            merchant_id: merchant.merchant_id, order_id: orderId, refund_amount: minor, refund_trans_id: crypto.randomUUID(),
        }),
        pay: async (method, agent) => read(await fetch(`${where}/transactions`, {
            method: 'POST', headers: { ...headers, 'user-agent': agent }, body: JSON.stringify({ method, version: 1 }),
        })),
        status: async () => read(await fetch(`${where}/status`, { headers })),
    };
}

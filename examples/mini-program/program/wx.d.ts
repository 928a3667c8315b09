/** As much of WeChat's runtime as this mini-program uses. */

interface Answer {
  statusCode: number;
  data: unknown;
}

/** What `wx` offers; a test hands in its own. */
interface Wx {
  request(wish: {
    url: string;
    method?: "GET" | "POST";
    data?: unknown;
    header?: Record<string, string>;
    timeout?: number;
    success(answer: Answer): void;
    fail(why: unknown): void;
  }): unknown;
  login(wish: { success(told: { code: string }): void; fail(why: unknown): void }): void;
  requestPayment(wish: Record<string, unknown> & { success(): void; fail(why: { errMsg: string }): void }): void;
}

declare const wx: Wx & {
  navigateTo(wish: { url: string; success?(opened: { eventChannel: { emit(name: string, value: unknown): void } }): void }): void;
  navigateBack(): void;
  navigateBackMiniProgram(wish: { extraData: object }): void;
  getEnterOptionsSync(): { referrerInfo?: { extraData?: object } };
};

declare function App(app: { shop: string; florin: string }): void;
declare function getApp(): { shop: string; florin: string };
declare function Page<Data extends object, More extends object>(
  page: { data: Data } & More & ThisType<{ data: Data; setData(data: object): void; getOpenerEventChannel?(): { once?(name: string, hear: (value: never) => void): void } } & More>,
): void;

declare function require<Module>(path: string): Module;
declare const module: { exports: unknown };
declare function setTimeout(then: () => void, milliseconds: number): number;
declare function clearTimeout(timer: number): void;

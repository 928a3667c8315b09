/**
 * What the element in a merchant's page and the hosted page in its frame say to each other. Each side reads only what the
 * other window sent from the other's origin; only the first word, which tells nothing, is for any origin.
 */

/** Rises when either side could misread the other. */
export const VERSION = 1;

/** Every event of `docs/events.md`, without `florin-`. */
export const events = ["ready", "method-change", "action", "fail", "cancel", "success", "expire", "close", "error"];

/** From the frame. */
export type Told =
  /** It listens. */
  | { type: "here" }
  /** It has something to show, so high. */
  | { type: "height"; height: number; title: string }
  /** An event of the checkout. */
  | { type: "event"; name: string; detail: { sessionId: string } }
  /** The shopper goes on to another page. */
  | { type: "leave"; url: string }
  /** It has heard that an event was prevented, and stays. */
  | { type: "stays" };

/** From the element. */
export type Said =
  /** Who asks, and how it wishes the checkout. */
  | { type: "hello"; locale: string | null; theme: string | null; language: string; translations: Record<string, string> }
  /** The page prevented what would follow. */
  | { type: "prevented" };

/** A message as it travels. */
export const written = <Message extends Told | Said>(message: Message) => ({ florin: VERSION, ...message });

/** A message of this version, if it is one. */
export function read<Message extends Told | Said>(data: unknown): Message | undefined {
  const message = data as (Message & { florin?: number }) | null;
  return message?.florin === VERSION ? message : undefined;
}

/** Takes the server's markup over. */

import { StrictMode } from "react";
import { hydrateRoot } from "react-dom/client";
import { Page, type Props } from "./page.tsx";

const props: Props = JSON.parse(document.querySelector("#props")!.textContent!);
hydrateRoot(document.querySelector("#root")!, <StrictMode><Page {...props} /></StrictMode>);

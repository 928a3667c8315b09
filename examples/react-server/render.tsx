/** What the server does with the page. */

import { StrictMode } from "react";
import { renderToString } from "react-dom/server";
import { Page, type Props } from "./page.tsx";

export const render = (props: Props) => renderToString(<StrictMode><Page {...props} /></StrictMode>);

/** How an HTTP log shows that a request asked for a WebSocket. */

// The last segments that servers and libraries mount WebSockets on (SockJS and Phoenix end in /websocket, Rails in /cable), and the
// query by which Engine.IO asks for one. A path elsewhere says nothing: the format has to log the Upgrade header then.
const PATH = /\/(?:ws|wss|websockets?|cable)(?:\/?$|\/?\?|\/)|[?&]transport=websocket(?:&|$)/i;

/** True when the path alone tells that a WebSocket was wanted. Needles for such paths: `WEBSOCKET_PATH_NEEDLES`. */
export const isWebSocketPath = (path: string | undefined): boolean => path !== undefined && PATH.test(path);

export const WEBSOCKET_PATH_NEEDLES: readonly string[] = ['/ws', 'websocket', '/cable'];

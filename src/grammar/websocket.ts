/** How an HTTP log shows that a request asked for a WebSocket. */

// The last segments that servers and libraries mount WebSockets on (SockJS and Phoenix end in /websocket, Rails in /cable), and the
// queries by which Engine.IO asks for one and SignalR does, whose pages can send a token in no header then. A path elsewhere
// says nothing: the format has to log the Upgrade header then.
const PATH = /\/(?:ws|wss|websockets?|cable)(?:\/?$|\/?\?|\/)|[?&]transport=websocket(?:&|$)|hub\/?\?(?:id|access_token)=/i;

/** True when the path alone tells that a WebSocket was wanted. Needles for such paths: `WEBSOCKET_PATH_NEEDLES`. */
export const isWebSocketPath = (path: string | undefined): boolean => path !== undefined && PATH.test(path);

export const WEBSOCKET_PATH_NEEDLES: readonly string[] = ['/ws', 'websocket', '/cable', 'hub?id=', 'hub?access_token='];

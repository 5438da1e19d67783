/** Words in which programs of other languages tell of connections, for the English ones that the grammars know. */

/** Portuguese, Spanish, German, French, Italian and Dutch, without accents; a participle with its genders. */
const WORDS: Readonly<Record<string, string>> = {
  opened: 'abriu aberto aberta abrio abierto abierta geoffnet geoeffnet ouvert ouverte aperto aperta geopend',
  closed: 'fechou fechado fechada encerrou encerrado encerrada cerrado cerrada geschlossen beendet ferme fermee chiuso chiusa gesloten',
  connected: 'conectou conectado conectada conecto verbunden connecte connectee connesso connessa verbonden',
  disconnected: 'desconectou desconectado desconectada desconecto getrennt deconnecte deconnectee disconnesso disconnessa verbroken',
  lost: 'perdida perdue verloren',
  connection: 'conexao conexion verbindung connexion connessione verbinding',
  session: 'sessao sesion sitzung sessione sessie',
  client: 'cliente',
  not: 'nao nicht niet',
  will: 'wird',
}; // prettier-ignore

const ENGLISH: ReadonlyMap<string, string> = new Map(
  Object.entries(WORDS).flatMap(([english, others]) => others.split(' ').map((other) => [other, english] as const)),
);

/** Plain words, each in English where it is known in another language. */
export const inEnglish = (said: string): string => said.replace(/[a-z]{3,15}/g, (word) => ENGLISH.get(word) ?? word);

const ACCENTED = /[À-ſ]/;
/** Latin letters without their accents. */
export const withoutAccents = (text: string): string => (ACCENTED.test(text) ? text.normalize('NFD').replace(/\p{M}/gu, '') : text);

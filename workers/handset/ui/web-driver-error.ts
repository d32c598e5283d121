/** Error codes of W3C WebDriver, section "Handling errors", with their HTTP status. */
const STATUS = {
  'element not interactable': 400,
  'invalid argument': 400,
  'invalid selector': 400,
  'invalid session id': 404,
  'no such alert': 400,
  'no such element': 404,
  'stale element reference': 404,
  'unknown command': 404,
  'unknown error': 500,
  'unsupported operation': 500,
} as const;

export type WebDriverCode = keyof typeof STATUS;

/** What a WebDriver command answers where it cannot do what it was asked. */
export class WebDriverError extends Error {
  override readonly name = 'WebDriverError';
  readonly code: WebDriverCode;

  constructor(code: WebDriverCode, message: string) {
    super(message);
    this.code = code;
  }

  get status(): number {
    return STATUS[this.code];
  }
}

// The token that a console on a public address asks for; it goes into a cookie that no script can read.
import { useState } from 'preact/hooks'
import { messageOf, post } from '../api/call.ts'

export function SignIn({ onSignedIn }: { onSignedIn: () => void }) {
  const [token, setToken] = useState('')
  const [trouble, setTrouble] = useState<string>()
  const submit = (event: Event): void => {
    event.preventDefault()
    post('/api/session', { token })
      .then(onSignedIn)
      .catch((error: unknown) => setTrouble(messageOf(error)))
  }
  return (
    <form class="sign-in" onSubmit={submit}>
      <h2>Sign in</h2>
      <p>
        This console is reachable from other machines and so asks for its token, the value of{' '}
        <code>MILLRACE_CONSOLE_TOKEN</code> where it runs.
      </p>
      <label>
        Token
        <input
          type="password"
          autocomplete="current-password"
          required
          value={token}
          onInput={(event) => setToken(event.currentTarget.value)}
        />
      </label>
      {trouble !== undefined && (
        <p class="trouble" role="alert">
          {trouble}
        </p>
      )}
      <button type="submit" class="primary">
        Sign in
      </button>
    </form>
  )
}

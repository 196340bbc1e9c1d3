// Configuration of Kibana, for those who fill it: address, space, login, TLS, time limits.
import { httpUrl, integer, setting, text } from './config-setting.ts'
import { apiKey, authorities, loginOf, password, username } from './login.ts'
import { settingGroup } from './setting-group.ts'

const url = 'an http or https address, for example http://127.0.0.1:5601'

export const kibanaGroup = settingGroup({
  title: 'Kibana',
  variables: {
    MILLRACE_KIBANA_URL: setting(httpUrl(url).optional(), {
      description:
        'Kibana, where `millrace setup` installs data views, searches and dashboards; a path in it is `server.basePath`. Without it Kibana is left out.',
    }),
    MILLRACE_KIBANA_SPACE: setting(
      text({
        pattern: /^[a-z0-9_-]+$/,
        maxLength: 100,
        accepts: 'the id of a space: 1 to 100 small letters, digits, dashes and underscores',
      }).default('default'),
      { description: 'Id of the space to fill.' },
    ),
    MILLRACE_KIBANA_API_KEY: apiKey,
    MILLRACE_KIBANA_USERNAME: username,
    MILLRACE_KIBANA_PASSWORD: password,
    MILLRACE_KIBANA_CA: authorities,
    MILLRACE_KIBANA_WAIT_MS: setting(integer({ min: 0, max: 3_600_000 }).default(120_000), {
      description: 'Longest wait for a Kibana that is starting.',
      unit: 'ms',
    }),
  },
  /** As `createKibanaClient` of @millrace/kibana takes it; undefined without an address. */
  shape(values, report) {
    const address = values.MILLRACE_KIBANA_URL
    const login = loginOf(
      'MILLRACE_KIBANA',
      {
        apiKey: values.MILLRACE_KIBANA_API_KEY,
        username: values.MILLRACE_KIBANA_USERNAME,
        password: values.MILLRACE_KIBANA_PASSWORD,
        ca: values.MILLRACE_KIBANA_CA,
      },
      { addresses: address === undefined ? [] : [address], report },
    )
    if (address === undefined) return undefined
    return {
      url: address,
      space: values.MILLRACE_KIBANA_SPACE,
      waitMs: values.MILLRACE_KIBANA_WAIT_MS,
      ...login,
    }
  },
})

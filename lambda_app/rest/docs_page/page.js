"use strict";

const options = JSON.parse(document.getElementById("swagger-ui").dataset.options);
const absolute = (address) => new URL(address, location.href).href;

// Swagger UI has a dark style, and leaves it to the page when to use it.
const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();

// A document without servers has those of its own address: behind a prefix that the application does not know, too.
const ServersBesideTheDocument = () => ({
  statePlugins: {
    spec: {
      wrapActions: {
        updateJsonSpec: (update) => (document) => {
          const root = absolute(options.root);
          const isPrefixed = new URL(root).pathname !== "/" && !document.servers;
          return update(isPrefixed ? { ...document, servers: [{ url: root }] } : document);
        },
      },
    },
  },
});

// Swagger UI takes JSON Lines for JSON: it quotes the example as one string, and cannot parse the answer.
const isLines = (mediaType) => /^application\/(jsonl|x-ndjson)\b/i.test(mediaType ?? "");
const JsonLines = () => ({
  afterLoad() {
    const { getSampleSchema } = this.fn;
    this.fn.getSampleSchema = (schema, mediaType, config, example) =>
      isLines(mediaType) && typeof example === "string" ? example : getSampleSchema(schema, mediaType, config, example);
  },
  wrapComponents: {
    responseBody: (ResponseBody, { React }) => (props) =>
      React.createElement(ResponseBody, isLines(props.contentType) ? { ...props, contentType: "text/plain" } : props),
  },
});
const readLines = async (response) => {
  if (isLines(response.headers?.["content-type"]) && response.data instanceof Blob) {
    response.text = response.data = await response.data.text();
  }
  return response;
};

window.ui = SwaggerUIBundle({
  url: absolute(options.openapi),
  responseInterceptor: readLines,
  ...options.parameters,
  ...(options.oauth2Redirect && { oauth2RedirectUrl: absolute(options.oauth2Redirect) }),
  presets: [SwaggerUIBundle.presets.apis],
  plugins: [ServersBesideTheDocument, JsonLines],
});
if (options.oauth) ui.initOAuth(options.oauth);

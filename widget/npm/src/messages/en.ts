// English, the part that the first paint shows. What is said only once somebody means it stands in en-more.ts.

export default {
  // The form
  provider: "Provider",
  testMode: "Test mode",
  testModeTitle: "No provider is called",
  apiKey: "API key",
  keyLabel: "{provider} API key",
  keyLabelOptional: "{provider} API key (optional)",
  where: "Where do I find this?",
  customEndpoint: "Custom endpoint",
  baseUrl: "Base URL",
  apiVersion: "API version",
  deployment: "Deployment (optional)",
  testKeys: "Test keys:",
  connect: "Connect {provider}",
  connecting: "Connecting…",
  test: "Test",
  testing: "Testing…",
  /** In a form that cannot be sent without a key. */
  required: "Connect your key first.",

  // What stands in the empty field, where that is words; the shape of a key needs none.
  "placeholder.google": "AQ.… or AIza…",
  "placeholder.azure": "Key 1 or key 2",
  "placeholder.mistral": "32 letters and digits",
  "placeholder.cohere": "40 letters and digits",
  "placeholder.ollama": "Empty for your own server",

  // Where to find a key
  "help.openai": "Create a key under API keys in the OpenAI platform.",
  "help.anthropic": "Create a key under Settings, API keys in the Anthropic console.",
  "help.google": "Create a key on the API keys page of Google AI Studio.",
  "help.azure": "Open your Azure OpenAI resource, then Keys and Endpoint: copy a key and the endpoint.",
  "help.deepseek": "Create a key under API keys in the DeepSeek platform.",
  "help.mistral": "Create a key under API keys in the Mistral console.",
  "help.groq": "Create a key under API keys in the Groq console.",
  "help.openrouter": "Create a key under Settings, Keys at OpenRouter.",
  "help.together": "Create a key under Settings, API keys at Together AI.",
  "help.xai": "Create a key under API keys in the xAI console.",
  "help.cohere": "Create a key under API keys in the Cohere dashboard.",
  "help.ollama":
    "Enter the address of your Ollama server. The key is optional: only Ollama’s cloud, or a gate before your server, needs one.",

  // Where the rest cannot be had.
  "error.load_failed":
    "The part that seals the key could not be loaded. Check your connection and try again. Nothing was sent.",
} as const;

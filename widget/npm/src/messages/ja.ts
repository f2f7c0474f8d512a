// Japanese, です・ます. What English calls sealing is 暗号化 here, the field's usual word for it. Nothing is counted in the
// singular, so both forms are the same.

import type { Messages } from "./type.js";

const SETUP = "このページは正しく設定されていません。ページの運営者にお知らせください。";
const UNKNOWN =
  "サーバーで問題が発生しました。しばらくしてからもう一度お試しください。解消しない場合は、このページの運営者にお問い合わせください。";
const VERSIONS =
  "ページとサーバーのバージョンが合わないため、何も送信していません。ページを再読み込みしてください。解消しない場合は、このページの運営者にお知らせください。";
const UNPROVEN =
  "キーをどのサーバー向けに暗号化するのか確認できないため、キーは送信されません。このページの運営者にお知らせください。";

const ja: Messages = {
  provider: "プロバイダー",
  testMode: "テストモード",
  testModeTitle: "プロバイダーには接続しません",
  goesTo: "キーの送り先:",
  connected: "接続済み",
  apiKey: "APIキー",
  keyLabel: "{provider} のAPIキー",
  keyLabelOptional: "{provider} のAPIキー（任意）",
  newKey: "新しい {label}",
  where: "キーの取得方法",
  showKey: "キーを表示",
  clearKey: "キーを消去",
  customEndpoint: "カスタムエンドポイント",
  baseUrl: "ベースURL",
  apiVersion: "APIバージョン",
  deployment: "デプロイ名（任意）",
  testKeys: "テスト用キー：",
  connect: "{provider} を接続",
  connecting: "接続中…",
  replace: "キーを変更",
  replacing: "変更中…",
  test: "テスト",
  testing: "テスト中…",
  cancel: "キャンセル",
  required: "先にキーを接続してください。",

  "placeholder.google": "AQ.… または AIza…",
  "placeholder.azure": "キー1またはキー2",
  "placeholder.mistral": "英数字32文字",
  "placeholder.cohere": "英数字40文字",
  "placeholder.ollama": "自前のサーバーなら空欄",

  "help.openai": "OpenAIプラットフォームの「API keys」でキーを作成できます。",
  "help.anthropic": "Anthropicコンソールの「Settings」→「API keys」でキーを作成できます。",
  "help.google": "Google AI StudioのAPIキーのページでキーを作成できます。",
  "help.azure": "Azure OpenAIリソースの「キーとエンドポイント」を開き、キーとエンドポイントをコピーしてください。",
  "help.deepseek": "DeepSeekプラットフォームの「API keys」でキーを作成できます。",
  "help.mistral": "Mistralコンソールの「API keys」でキーを作成できます。",
  "help.groq": "Groqコンソールの「API Keys」でキーを作成できます。",
  "help.openrouter": "OpenRouterの「Settings」→「Keys」でキーを作成できます。",
  "help.together": "Together AIの「Settings」→「API keys」でキーを作成できます。",
  "help.xai": "xAIコンソールの「API keys」でキーを作成できます。",
  "help.cohere": "Cohereダッシュボードの「API keys」でキーを作成できます。",
  "help.ollama":
    "Ollamaサーバーのアドレスを入力してください。キーは任意です。必要なのは、Ollamaのクラウドを使う場合か、サーバーの手前にアクセス制限がある場合だけです。",

  "error.load_failed":
    "キーを暗号化するためのプログラムを読み込めませんでした。接続を確認して、もう一度お試しください。何も送信されていません。",

  keySealed: "キーを暗号化しました",
  keyKept: "キーは再試行のため保持中です",
  keyReady: "準備完了（まだ保存されていません）",
  keyMissing: "先にキーを貼り付けてください。",
  keyForgotten: "キーは消去されました。もう一度貼り付けてください。",
  keyTooLong: "APIキーとしては長すぎます。キーだけをコピーしてください。",
  "needs.baseUrl": "{provider} にはベースURLが必要です。",
  "needs.apiVersion": "{provider} にはAPIバージョンが必要です。",
  fixed: "提供元が設定した値です。ここでは変更できません。",
  retry: "もう一度試す",

  "hint.other": "{provider} のキーのようです。その場合は {provider} を選択してください。",
  "hint.switch": "{provider} のキーのようです。",
  switchTo: "{provider} に切り替える",
  "hint.admin": "{provider} の管理者用キーのようです。万一の影響を抑えるため、通常のAPIキーを使ってください。",
  "hint.byo": "これはbyoのトークンで、プロバイダーのAPIキーではありません。プロバイダーが発行したキーを貼り付けてください。",
  "hint.masked": "省略表示されたキーのようです。キーを作成した画面で、全体をコピーしてください。",
  "hint.spaced": "キーの途中に空白があります。余分な文字までコピーされた可能性があります。",

  "progress.testing": "キーを暗号化し、プロバイダーに問い合わせています。",
  "progress.checking": "このキーについてプロバイダーに問い合わせています。",
  "progress.connecting": "キーを暗号化し、プロバイダーで確認しています。",
  "progress.rotating": "新しいキーを確認しています。確認できるまでは、これまでのキーが使われます。",
  "progress.disconnecting": "キーの使用を終了し、キーを消去しています。",

  "tested.one": "このキーは{count}個のモデルで使えます",
  "tested.other": "このキーは{count}個のモデルで使えます",
  "tested.next": "まだ何も保存されていません。使うには接続してください。",
  "wanted.title": "このサーバーにはキーが必要です",
  "wanted.next": "サーバーで指定されたキーを入力してください。",
  "expired.title": "10分たったため、キーは消去されました。",
  "expired.next": "もう一度貼り付けてください。",
  "disconnected.title": "{provider} の接続を解除しました。",
  "disconnected.next": "保存されていたキーは破棄されました。",
  "reverted.title": "ご自身のキーの使用を停止しました。",
  "reverted.next": "保存されていたキーはすべて破棄されました。",

  "verdict.valid.title": "このキーは使えます",
  "verdict.valid.next": "ほかに必要な操作はありません。",
  "verdict.restricted.title": "このキーは使えますが、制限があります",
  "verdict.restricted.next":
    "プロバイダーの機能の一部しか使えません。必要な機能が使えない場合は、プロバイダー側でキーの権限を広げてください。",
  "verdict.no_quota.title": "このキーは使えますが、残高がありません",
  "verdict.no_quota.next":
    "プロバイダーで残高を追加するか、利用上限を引き上げてください。キーを貼り付け直す必要はありません。",
  "verdict.rate_limited.title": "このキーは使えますが、現在は利用が制限されています",
  "verdict.rate_limited.next": "プロバイダーが一時的に制限しています。数分待ってから使ってください。",
  "verdict.rejected.title": "プロバイダーがこのキーを認識しません",
  "verdict.rejected.next":
    "キー全体をコピーしたか、プロバイダーの選択が正しいかを確認するか、新しいキーを作成してください。",
  "verdict.denied.title": "プロバイダーがここでのこのキーの使用を拒否しました",
  "verdict.denied.next":
    "プロバイダー側で、キーの権限と、許可されたネットワークや地域を確認するか、通常のAPIキーを作成してください。",
  "verdict.not_provable.title": "接続先のサーバーはキーを求めません",
  "verdict.not_provable.next":
    "どのキーでも、キーなしでも応答するため、キーの正しさは確認できません。アドレスが正しいか確認してください。入力した内容はそのまま使われます。",
  "verdict.unreachable.title": "プロバイダーに接続できませんでした",
  "verdict.unreachable.next":
    "キーに問題があるかどうかは分かりません。アドレスを入力した場合は確認し、または数分後にもう一度お試しください。",
  "verdict.unknown.title": "明確な確認結果が得られませんでした",
  "verdict.unknown.next": "数分後にもう一度お試しください。",

  "mode.byok": "ご自身のキーが使われます",
  "mode.server": "提供元のキーが使われます",
  "mode.demo": "デモの応答が返ります",

  heading: "{provider} 接続済み",
  endingIn: "末尾が {key} のキー",
  fingerprint: "フィンガープリント {key}",
  lastChecked: "最終確認：{time}",
  "models.one": "{count}個のモデル",
  "models.other": "{count}個のモデル",
  allModels: "{count}個すべてを表示",
  "status.disabled.title": "一時停止中",
  "status.disabled.next": "キーは保存されていますが、再び有効になるまで使われません。",
  "status.suspect.title": "その後、プロバイダーがこのキーを拒否しました",
  "status.suspect.next": "続くようなら、キーを変更してください。",
  check: "今すぐ確認",
  checking: "確認中…",
  disconnect: "接続を解除",
  disconnecting: "解除中…",
  keep: "解除しない",
  disconnectQuestion:
    "{provider} の接続を解除しますか？保存されているキーは破棄され、ここではすぐに使えなくなります。",
  revert: "自分のキーの使用をやめる",
  revertQuestion:
    "ご自身のキーの使用をやめますか？すべてのプロバイダーのキーが破棄され、ここではすぐに使えなくなります。",
  revertThen: "その後：{mode}。",
  revertWord: "解除",
  typeWord: "確認のため {word} と入力してください",
  wrongWord: "{word} と一致しません。",

  "error.busy": "別の操作がまだ終わっていません。",
  "error.changed_meanwhile": "その間に、ページの対象が別の方に変わりました。もう一度お試しください。",
  "error.disabled": "この欄は無効になっています。",
  "error.csp_blocks_wasm":
    "このページのセキュリティポリシーが、キーの暗号化に使うWebAssemblyをブロックしています。script-srcに'wasm-unsafe-eval'が必要です。何も送信されていません。",
  "error.insecure_context":
    "このページは保護されていない接続で読み込まれました。この場合、ブラウザーはWebAssemblyなしではキーを暗号化できません。何も送信されていません。このページの運営者にお知らせください。",
  "error.key_missing": "キーがまだありません。APIキーを貼り付けて、もう一度お試しください。",
  "error.key_too_long": "APIキーとしては長すぎます。キーだけをコピーして、もう一度貼り付けてください。",
  "error.invalid_base_url": SETUP,
  "error.insecure_base_url":
    "このままでは暗号化されたキーが保護されていない接続で送られるため、何も送信していません。このページの運営者にお知らせください。",
  "error.invalid_token": SETUP,
  "error.secret_token_in_browser":
    "ブラウザーに置いてはならない秘密情報がこのページに含まれているため、何も送信していません。至急、このページの運営者にお知らせください。",
  "error.unsupported_suite": VERSIONS,
  "error.bad_params":
    "サーバーの応答に矛盾があったため、キーは送信していません。ページを再読み込みして、もう一度お試しください。解消しない場合は、このページの運営者にお知らせください。",
  "error.no_randomness":
    "このブラウザーでは安全な乱数が得られなかったため、何も送信していません。別のブラウザーでお試しください。",
  "error.network_error": "サーバーに接続できませんでした。接続を確認して、もう一度お試しください。",
  "error.timed_out":
    "サーバーの応答に時間がかかりすぎました。キーを送信した場合は、保存されている可能性があります。もう一度試しても問題ありません。",
  "error.unexpected_answer":
    "サーバーの応答を読み取れませんでした。しばらくしてからもう一度お試しください。解消しない場合は、このページの運営者にお問い合わせください。",
  "error.key_not_vouched_for": UNPROVEN,
  "error.directory_untrusted": UNPROVEN,
  "error.directory_missing": UNPROVEN,
  "error.directory_expired": UNPROVEN,
  "error.directory_rolled_back": UNPROVEN,
  "error.mode_unsupported": SETUP,
  "error.isolated_base_url": SETUP,
  "error.isolated_same_origin": SETUP,
  "error.frame_timeout":
    "保護された入力欄を表示できなかったため、何も送信されていません。ページを再読み込みしてください。解消しない場合は、このページの運営者にお知らせください。",
  "error.frame_protocol": VERSIONS,
  "error.trust_root_unsupported":
    "このブラウザーではサーバーの鍵を確認できないため、キーは送信されません。別のブラウザーでお試しください。",

  "error.malformed_request": UNKNOWN,
  "error.malformed_json": UNKNOWN,
  "error.invalid_header": UNKNOWN,
  "error.conflicting_credentials": UNKNOWN,
  "error.credential_in_url": SETUP,
  "error.unauthenticated":
    "このフォームは有効期限が切れました。ページを再読み込みして、もう一度キーを貼り付けてください。",
  "error.forbidden": "ここではこの操作は許可されていません。このページの運営者にアクセス権を依頼してください。",
  "error.origin_not_allowed":
    "このサイトは、キーの接続を許可されたサイトに含まれていません。サイトの運営者にお知らせください。",
  "error.no_key_connected": UNKNOWN,
  "error.model_not_allowed": UNKNOWN,
  "error.request_key_expired": UNKNOWN,
  "error.not_found": SETUP,
  "error.method_not_allowed": SETUP,
  "error.request_timeout": UNKNOWN,
  "error.connect_session_required":
    "このキーを変更するにはログインが必要です。アカウントからこのフォームを開き、もう一度お試しください。",
  "error.key_rotated": "入力中にサーバー側の鍵が切り替わりました。もう一度お試しください。",
  "error.challenge_stale":
    "フォームを開いてから時間がたちすぎたか、その間にキーの接続が解除されました。もう一度お試しください。",
  "error.revoked_meanwhile": "操作中に接続が解除されました。もう一度お試しください。",
  "error.sealed_key_replayed": "同じリクエストがすでに送信されているため、受け付けませんでした。もう一度お試しください。",
  "error.session_spent": "このフォームは使用済みです。ページを再読み込みして、新しいフォームを開いてください。",
  "error.key_disabled":
    "このキーはページの運営者によって無効にされています。有効にするよう運営者に依頼してください。",
  "error.payload_too_large": UNKNOWN,
  "error.unsupported_media_type": UNKNOWN,
  "error.misdirected_request": SETUP,
  "error.invalid_request": "フォームの内容に誤りがあります。入力を確認して、もう一度お試しください。",
  "error.envelope_invalid":
    "暗号化されたキーをサーバーが開けなかったため、何も保存されていません。ページを再読み込みして、もう一度お試しください。解消しない場合は、このページの運営者にお知らせください。",
  "error.key_rejected":
    "プロバイダーがこのキーを受け付けなかったため、保存されていません。キー全体をコピーしたか確認するか、新しいキーを作成してください。",
  "error.provider_refused": UNKNOWN,
  "error.destination_not_allowed":
    "このアドレスは使えません。アドレスを確認するか、このページの運営者に許可を依頼してください。",
  "error.rate_limited": "短い時間に試した回数が多すぎます。しばらく待ってから、もう一度お試しください。",
  "error.internal": UNKNOWN,
  "error.provider_unreachable":
    "プロバイダーから応答がなかったため、キーを確認できず、保存もされていません。数分後にもう一度お試しください。",
  "error.provider_timeout": UNKNOWN,
  "error.unavailable": "サーバーが混み合っています。しばらく待ってから、もう一度お試しください。",
  "error.unknown": UNKNOWN,
  "error.widget": "ウィジェットで問題が発生しました。何も保存されていません。",
};

export default ja;

#include "registry/webhooks.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <chrono>

#include "base/ids.h"
#include "base/json.h"
#include "base/log.h"
#include "registry/registry_internal.h"
#include "tracking/filter.h"

namespace headrace::registry {

namespace {

constexpr int kSenders = 4;
constexpr int64_t kFirstPauseMillis = 500;
constexpr int64_t kLongestPauseMillis = 5 * 60 * 1000;
constexpr long kTimeoutSeconds = 10;

const std::vector<std::string> kEvents = {"MODEL_VERSION_CREATED",
                                          "MODEL_VERSION_TRANSITIONED_STAGE",
                                          "TRANSITION_REQUEST_CREATED",
                                          "COMMENT_CREATED",
                                          "REGISTERED_MODEL_CREATED",
                                          "MODEL_VERSION_TAG_SET",
                                          "MODEL_VERSION_TRANSITIONED_TO_STAGING",
                                          "MODEL_VERSION_TRANSITIONED_TO_PRODUCTION",
                                          "MODEL_VERSION_TRANSITIONED_TO_ARCHIVED",
                                          "TRANSITION_REQUEST_TO_STAGING_CREATED",
                                          "TRANSITION_REQUEST_TO_PRODUCTION_CREATED",
                                          "TRANSITION_REQUEST_TO_ARCHIVED_CREATED"};
const std::vector<std::string> kStatuses = {"ACTIVE", "DISABLED", "TEST_MODE"};

constexpr char kColumns[] =
    "w.id, w.model_name, w.events, w.url, w.authorization_header, w.secret, w.verify_tls, w.description, w.status, "
    "w.creation_time,"
    " w.last_updated_time";

std::string Join(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ",") + name;
  return text;
}

std::vector<std::string> Split(std::string_view text) {
  std::vector<std::string> names;
  while (!text.empty()) {
    const size_t comma = text.find(',');
    names.emplace_back(text.substr(0, comma));
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  return names;
}

Webhook FromRow(Statement& query, int column) {
  Webhook webhook;
  webhook.id = query.Text(column);
  webhook.model_name = query.Text(column + 1);
  webhook.events = Split(query.View(column + 2));
  webhook.url = query.Text(column + 3);
  webhook.authorization = query.Text(column + 4);
  webhook.secret = query.Text(column + 5);
  webhook.verify_tls = query.Int64(column + 6) != 0;
  webhook.description = query.Text(column + 7);
  webhook.status = query.Text(column + 8);
  webhook.creation_timestamp = query.Int64(column + 9);
  webhook.last_updated_timestamp = query.Int64(column + 10);
  return webhook;
}

Webhook ReadWebhook(Connection& connection, const std::string& id) {
  Statement query = connection.Query(fmt::format("SELECT {} FROM webhook w WHERE w.id = ?", kColumns), id);
  if (!query.Step()) throw NotFound(fmt::format("Webhook with id={} not found", id));
  return FromRow(query, 0);
}

void Validate(const Webhook& webhook) {
  if (webhook.events.empty()) throw InvalidParameter("A webhook must name at least one event.");
  for (const auto& event : webhook.events) {
    if (!tracking::IsOneOf(event, kEvents)) {
      throw InvalidParameter(
          fmt::format("Invalid webhook event '{}'. Valid events are {}", event, tracking::FormatNames(kEvents, '[', ']')));
    }
  }
  if (!webhook.url.starts_with("http://") && !webhook.url.starts_with("https://")) {
    throw InvalidParameter(fmt::format("Invalid webhook URL '{}': it must start with http:// or https://", webhook.url));
  }
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url(curl_url(), &curl_url_cleanup);
  if (const CURLUcode code = curl_url_set(url.get(), CURLUPART_URL, webhook.url.c_str(), 0); code != CURLUE_OK)
    throw InvalidParameter(fmt::format("Invalid webhook URL '{}': {}", webhook.url, curl_url_strerror(code)));
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::any_of(webhook.authorization.begin(), webhook.authorization.end(), is_control))
    throw InvalidParameter("The authorization of a webhook must be one line of text.");
  if (!tracking::IsOneOf(webhook.status, kStatuses)) {
    throw InvalidParameter(fmt::format("Invalid webhook status '{}'. Valid values are {}", webhook.status,
                                       tracking::FormatNames(kStatuses, '[', ']')));
  }
}

size_t Collect(char* data, size_t size, size_t count, void* into) {
  auto* body = static_cast<std::string*>(into);
  // Enough to show what went wrong.
  if (body->size() < 4096) body->append(data, std::min(size * count, size_t{4096} - body->size()));
  return size * count;
}

WebhookAnswer Send(const Webhook& webhook, const std::string& body) {
  WebhookAnswer answer;
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), &curl_easy_cleanup);
  curl_slist* headers = curl_slist_append(nullptr, "Content-Type: application/json");
  if (!webhook.secret.empty()) {
    headers = curl_slist_append(headers, ("X-Databricks-Signature: " + SignBody(webhook.secret, body)).c_str());
  }
  if (!webhook.authorization.empty()) headers = curl_slist_append(headers, ("Authorization: " + webhook.authorization).c_str());
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> owner(headers, &curl_slist_free_all);
  curl_easy_setopt(curl.get(), CURLOPT_URL, webhook.url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_NOPROXY, "*");
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT, kTimeoutSeconds);
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, body.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_SSL_VERIFYPEER, webhook.verify_tls ? 1L : 0L);
  curl_easy_setopt(curl.get(), CURLOPT_SSL_VERIFYHOST, webhook.verify_tls ? 2L : 0L);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, &Collect);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &answer.body);
  const CURLcode code = curl_easy_perform(curl.get());
  if (code != CURLE_OK) {
    answer.body = curl_easy_strerror(code);
  } else {
    curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &answer.status_code);
  }
  return answer;
}

std::string BodyOf(const ModelEvent& event, const std::string& name, const std::string& webhook_id, int64_t now) {
  json::object body{{"event", name}, {"webhook_id", webhook_id}, {"event_timestamp", now}, {"model_name", event.model_name}};
  const std::pair<const char*, const std::string*> optional[] = {{"version", &event.version},   {"from_stage", &event.from_stage},
                                                                 {"to_stage", &event.to_stage}, {"run_id", &event.run_id},
                                                                 {"source", &event.source},     {"text", &event.text}};
  for (const auto& [key, value] : optional) {
    if (!value->empty()) body[key] = *value;
  }
  return json::serialize(body);
}

}  // namespace

std::string SignBody(const std::string& secret, const std::string& body) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), reinterpret_cast<const unsigned char*>(body.data()),
       body.size(), digest, &size);
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

Webhooks::Webhooks(std::shared_ptr<metastore::Metastore> store, std::shared_ptr<const Clock> clock)
    : store_(std::move(store)), clock_(std::move(clock)) {
  store_->Migrate("registry", RegistryMigrations());
}

Webhooks::~Webhooks() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (auto& sender : senders_) sender.join();
}

void Webhooks::Start() {
  for (int i = 0; i < kSenders; ++i) senders_.emplace_back([this] { SendLoop(); });
}

void Webhooks::Wake() {
  {
    const std::lock_guard lock(mutex_);
    ++generation_;
  }
  wake_.notify_one();
}

Webhook Webhooks::Create(Webhook webhook) {
  Validate(webhook);
  webhook.id = NewHexId();
  webhook.creation_timestamp = webhook.last_updated_timestamp = clock_->NowMillis();
  store_->Write([&](Connection& connection) {
    if (!webhook.model_name.empty()) ReadModelRow(connection, webhook.model_name);
    connection.Run(
        "INSERT INTO webhook (id, model_name, events, url, authorization_header, secret, verify_tls, description, status, "
        "creation_time,"
        " last_updated_time) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        webhook.id, webhook.model_name, Join(webhook.events), webhook.url, webhook.authorization, webhook.secret,
        webhook.verify_tls ? 1 : 0, webhook.description, webhook.status, webhook.creation_timestamp,
        webhook.last_updated_timestamp);
  });
  return webhook;
}

std::vector<Webhook> Webhooks::List(const std::string& model_name, const std::vector<std::string>& events) const {
  return store_->Read([&](Connection& connection) {
    std::vector<Webhook> webhooks;
    Statement query = connection.Query(fmt::format("SELECT {} FROM webhook w ORDER BY w.creation_time, w.id", kColumns));
    while (query.Step()) {
      Webhook webhook = FromRow(query, 0);
      if (!model_name.empty() && webhook.model_name != model_name) continue;
      const bool has_event = events.empty() || std::any_of(events.begin(), events.end(), [&](const auto& event) {
                               return tracking::IsOneOf(event, webhook.events);
                             });
      if (has_event) webhooks.push_back(std::move(webhook));
    }
    return webhooks;
  });
}

Webhook Webhooks::Update(const std::string& id, const WebhookUpdate& update) {
  return store_->Write([&](Connection& connection) {
    Webhook webhook = ReadWebhook(connection, id);
    if (update.events) webhook.events = *update.events;
    if (update.url) webhook.url = *update.url;
    if (update.authorization) webhook.authorization = *update.authorization;
    if (update.secret) webhook.secret = *update.secret;
    if (update.verify_tls) webhook.verify_tls = *update.verify_tls;
    if (update.description) webhook.description = *update.description;
    if (update.status) webhook.status = *update.status;
    Validate(webhook);
    webhook.last_updated_timestamp = clock_->NowMillis();
    connection.Run(
        "UPDATE webhook SET events = ?, url = ?, authorization_header = ?, secret = ?, verify_tls = ?, description = ?, status = "
        "?,"
        " last_updated_time = ? WHERE id = ?",
        Join(webhook.events), webhook.url, webhook.authorization, webhook.secret, webhook.verify_tls ? 1 : 0, webhook.description,
        webhook.status, webhook.last_updated_timestamp, id);
    return webhook;
  });
}

void Webhooks::Delete(const std::string& id) {
  store_->Write([&](Connection& connection) {
    ReadWebhook(connection, id);
    connection.Run("DELETE FROM webhook WHERE id = ?", id);
    connection.Run("DELETE FROM webhook_delivery WHERE webhook_id = ?", id);
  });
}

WebhookAnswer Webhooks::Test(const std::string& id, const std::string& event) {
  const Webhook webhook = store_->Read([&](Connection& connection) { return ReadWebhook(connection, id); });
  const std::string name = event.empty() ? webhook.events.front() : event;
  if (!tracking::IsOneOf(name, webhook.events))
    throw InvalidParameter(fmt::format("Webhook {} does not ask for the event '{}'", id, name));
  ModelEvent example;
  example.model_name = webhook.model_name.empty() ? "model-name" : webhook.model_name;
  example.version = "1";
  example.text = "Test of the webhook " + id;
  return Send(webhook, BodyOf(example, name, id, clock_->NowMillis()));
}

void Webhooks::Enqueue(Connection& connection, const ModelEvent& event) {
  const int64_t now = clock_->NowMillis();
  Statement query = connection.Query(
      "SELECT id, events FROM webhook WHERE status = 'ACTIVE' AND (model_name = '' OR model_name = ?)", event.model_name);
  while (query.Step()) {
    const std::vector<std::string> asked = Split(query.View(1));
    // One call a webhook, by the most specific name it asked for.
    const auto name =
        std::find_if(event.events.rbegin(), event.events.rend(), [&](const auto& one) { return tracking::IsOneOf(one, asked); });
    if (name == event.events.rend()) continue;
    connection.Run("INSERT INTO webhook_delivery (webhook_id, body, attempts, next_attempt, created) VALUES (?, ?, 0, ?, ?)",
                   query.View(0), BodyOf(event, *name, query.Text(0), now), now, now);
  }
}

// The oldest due delivery of a webhook nobody is sending to; later ones of that webhook wait for it.
std::optional<Webhooks::Delivery> Webhooks::TakeDue() {
  const int64_t now = clock_->NowMillis();
  const std::lock_guard lock(mutex_);
  return store_->Read([&](Connection& connection) -> std::optional<Delivery> {
    Statement query =
        connection.Query(fmt::format("SELECT d.id, d.attempts, d.body, {} FROM webhook w JOIN webhook_delivery d"
                                     " ON d.id = (SELECT min(e.id) FROM webhook_delivery e WHERE e.webhook_id = w.id)"
                                     " WHERE w.status = 'ACTIVE' AND d.next_attempt <= ? ORDER BY d.id",
                                     kColumns),
                         now);
    while (query.Step()) {
      Delivery delivery{query.Int64(0), static_cast<int>(query.Int64(1)), query.Text(2), FromRow(query, 3)};
      if (!in_flight_.insert(delivery.webhook.id).second) continue;
      return delivery;
    }
    return std::nullopt;
  });
}

void Webhooks::Finish(const Delivery& delivery, const WebhookAnswer& answer) {
  const bool delivered = answer.status_code >= 200 && answer.status_code < 300;
  const int attempts = delivery.attempts + 1;
  if (!delivered) {
    Log(LogLevel::kWarning, "registry", "webhook not delivered",
        {{"webhook", delivery.webhook.id},
         {"status", std::to_string(answer.status_code)},
         {"attempt", std::to_string(attempts)},
         {"final", attempts >= kMaxAttempts ? "true" : "false"},
         {"answer", answer.body.substr(0, 200)}});
  }
  store_->Write([&](Connection& connection) {
    if (delivered || attempts >= kMaxAttempts) {
      connection.Run("DELETE FROM webhook_delivery WHERE id = ?", delivery.id);
      return;
    }
    const int64_t pause = std::min(kLongestPauseMillis, kFirstPauseMillis << std::min(attempts - 1, 20));
    connection.Run("UPDATE webhook_delivery SET attempts = ?, next_attempt = ? WHERE id = ?", attempts,
                   clock_->NowMillis() + pause, delivery.id);
  });
}

void Webhooks::SendLoop() {
  while (true) {
    uint64_t seen = 0;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      seen = generation_;
    }
    std::string webhook_id;
    try {
      if (const auto delivery = TakeDue()) {
        webhook_id = delivery->webhook.id;
        Finish(*delivery, Send(delivery->webhook, delivery->body));
      }
    } catch (const Error& error) {
      Log(LogLevel::kError, "registry", "sending webhooks failed", {{"error", error.message()}});
    }
    std::unique_lock lock(mutex_);
    if (!webhook_id.empty()) {
      in_flight_.erase(webhook_id);
      continue;
    }
    // Nothing due: a new entry wakes us, a retry comes due by itself.
    wake_.wait_for(lock, std::chrono::milliseconds(250), [&] { return stopping_ || generation_ != seen; });
  }
}

}  // namespace headrace::registry

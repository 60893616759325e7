#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "metastore/metastore.h"
#include "registry/entities.h"

namespace headrace::registry {

/// A registry webhook as Databricks' API knows it, of the kind that calls a URL.
struct Webhook {
  std::string id;
  std::string model_name;  ///< "" for every model.
  std::vector<std::string> events;
  std::string url;
  std::string authorization;  ///< Sent as the Authorization header; never shown.
  std::string secret;  ///< Signs deliveries; never shown.
  bool verify_tls = true;
  std::string description;
  std::string status = "ACTIVE";  ///< "ACTIVE", "DISABLED", "TEST_MODE".
  int64_t creation_timestamp = 0;
  int64_t last_updated_timestamp = 0;
};

struct WebhookUpdate {
  std::optional<std::vector<std::string>> events;
  std::optional<std::string> url;
  std::optional<std::string> authorization;
  std::optional<std::string> secret;
  std::optional<bool> verify_tls;
  std::optional<std::string> description;
  std::optional<std::string> status;
};

/// What a receiver answered.
struct WebhookAnswer {
  long status_code = 0;  ///< 0 when there was no answer.
  std::string body;  ///< Or what went wrong.
};

/// Registry webhooks and their outbox. A change of the registry enqueues its deliveries in its own transaction, so
/// none is lost with the process; they are sent in order per webhook, at least once, signed, and tried again with
/// growing pauses until the receiver answers 2xx or `kMaxAttempts` is reached. Thread-safe.
class Webhooks {
 public:
  static constexpr int kMaxAttempts = 20;

  Webhooks(std::shared_ptr<metastore::Metastore> store, std::shared_ptr<const Clock> clock);
  /// Stops sending; what is not sent stays in the outbox.
  ~Webhooks();

  /// Starts sending what is in the outbox.
  void Start();

  Webhook Create(Webhook webhook);
  std::vector<Webhook> List(const std::string& model_name, const std::vector<std::string>& events) const;
  Webhook Update(const std::string& id, const WebhookUpdate& update);
  void Delete(const std::string& id);
  /// Sends an example of `event` at once and gives the answer.
  WebhookAnswer Test(const std::string& id, const std::string& event);

  /// Adds `event` to the outbox for every active webhook that asked for it. Part of the caller's write.
  void Enqueue(metastore::Connection& connection, const ModelEvent& event);
  /// Tells the senders that the outbox has something new; after the write.
  void Wake();

 private:
  struct Delivery {
    int64_t id = 0;
    int attempts = 0;
    std::string body;
    Webhook webhook;
  };
  void SendLoop();
  std::optional<Delivery> TakeDue();
  void Finish(const Delivery& delivery, const WebhookAnswer& answer);

  std::shared_ptr<metastore::Metastore> store_;
  std::shared_ptr<const Clock> clock_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::set<std::string> in_flight_;
  uint64_t generation_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> senders_;
};

/// Lower-case hexadecimal HMAC-SHA256: the value of X-Databricks-Signature.
std::string SignBody(const std::string& secret, const std::string& body);

}  // namespace headrace::registry

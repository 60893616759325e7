#include <spark/connect/base.pb.h>

#include "base/error.h"
#include "connect/decode.h"
#include "connect/handlers.h"

namespace headrace::connect {

namespace sc = ::spark::connect;

namespace {

void AddPair(sc::ConfigResponse& response, const std::string& key, const std::optional<std::string>& value) {
  auto* pair = response.add_pairs();
  pair->set_key(key);
  if (value) pair->set_value(*value);
}

void SetAll(engine::Session& session, const sc::ConfigRequest_Set& set) {
  for (const auto& pair : set.pairs()) {
    if (!pair.has_value()) {
      throw Error(ErrorKind::kIllegalArgument, "INVALID_CONF_VALUE.REQUIREMENT",
                  "The value of the config \"" + pair.key() + "\" is not set.", {{"confName", pair.key()}, {"confValue", ""}});
    }
    try {
      session.conf().Set(pair.key(), pair.value());
    } catch (const Error&) {
      // Silent: what cannot be set is left out, as the client asked.
      if (!set.silent()) throw;
    }
  }
}

}  // namespace

void HandleConfig(engine::Session& session, const sc::ConfigRequest& request, sc::ConfigResponse& response) {
  using Op = sc::ConfigRequest_Operation;
  const Op& operation = request.operation();
  auto& conf = session.conf();
  switch (operation.op_type_case()) {
    case Op::kSet:
      SetAll(session, operation.set());
      return;
    case Op::kGet:
      for (const auto& key : operation.get().keys()) AddPair(response, key, conf.Get(key));
      return;
    case Op::kGetWithDefault:
      for (const auto& pair : operation.get_with_default().pairs()) {
        auto value = conf.Find(pair.key());
        if (!value && pair.has_value()) value = pair.value();
        AddPair(response, pair.key(), value);
      }
      return;
    case Op::kGetOption:
      for (const auto& key : operation.get_option().keys()) AddPair(response, key, conf.Find(key));
      return;
    case Op::kGetAll: {
      const std::string& prefix = operation.get_all().prefix();
      for (const auto& [key, value] : conf.Explicit()) {
        if (key.compare(0, prefix.size(), prefix) == 0) AddPair(response, key.substr(prefix.size()), value);
      }
      return;
    }
    case Op::kUnset:
      for (const auto& key : operation.unset().keys()) conf.Unset(key);
      return;
    case Op::kIsModifiable:
      for (const auto& key : operation.is_modifiable().keys()) {
        AddPair(response, key, SessionConf::IsModifiable(key) ? "true" : "false");
      }
      return;
    default:
      ThrowInvalidPlan("CONFIG_NOT_SET", "A config operation is not set or not known.");
  }
}

}  // namespace headrace::connect

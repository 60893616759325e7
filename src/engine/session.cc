#include "engine/session.h"

#include <boost/algorithm/string/case_conv.hpp>

#include "base/ids.h"

namespace headrace::engine {

namespace {
std::string Key(const std::string& name) { return boost::algorithm::to_lower_copy(name); }
}  // namespace

std::shared_ptr<const TempView> TempViews::Find(const std::string& name) const {
  std::lock_guard lock(mutex_);
  auto found = views_.find(Key(name));
  return found == views_.end() ? nullptr : found->second;
}

bool TempViews::Put(std::shared_ptr<const TempView> view, bool replace) {
  std::lock_guard lock(mutex_);
  auto [place, inserted] = views_.try_emplace(Key(view->name), view);
  if (inserted) return true;
  if (!replace) return false;
  place->second = std::move(view);
  return true;
}

bool TempViews::Drop(const std::string& name) {
  std::lock_guard lock(mutex_);
  return views_.erase(Key(name)) > 0;
}

std::vector<std::shared_ptr<const TempView>> TempViews::List() const {
  std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<const TempView>> all;
  for (const auto& [key, view] : views_) all.push_back(view);
  return all;
}

void TempViews::CopyTo(TempViews& other) const {
  std::scoped_lock lock(mutex_, other.mutex_);
  other.views_ = views_;
}

void Artifacts::Put(const std::string& name, std::shared_ptr<const std::string> content) {
  std::lock_guard lock(mutex_);
  auto& slot = contents_[name];
  if (slot) bytes_ -= static_cast<int64_t>(slot->size());
  bytes_ += static_cast<int64_t>(content->size());
  slot = std::move(content);
}

std::shared_ptr<const std::string> Artifacts::Find(const std::string& name) const {
  std::lock_guard lock(mutex_);
  auto found = contents_.find(name);
  return found == contents_.end() ? nullptr : found->second;
}

std::vector<std::string> Artifacts::Names() const {
  std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, content] : contents_) names.push_back(name);
  return names;
}

int64_t Artifacts::TotalBytes() const {
  std::lock_guard lock(mutex_);
  return bytes_;
}

void Artifacts::CopyTo(Artifacts& other) const {
  std::scoped_lock lock(mutex_, other.mutex_);
  other.contents_ = contents_;
  other.bytes_ = bytes_;
}

Session::Session(std::string user_id, std::string session_id, std::shared_ptr<const SettingValues> server_settings,
                 std::shared_ptr<TempViews> global_views)
    : user_id_(std::move(user_id)),
      session_id_(std::move(session_id)),
      server_side_id_(NewUuid()),
      conf_(std::move(server_settings)),
      global_views_(std::move(global_views)) {}

Session::~Session() = default;

std::string Session::current_catalog() const {
  std::lock_guard lock(mutex_);
  return catalog_;
}

std::string Session::current_schema() const {
  std::lock_guard lock(mutex_);
  return schema_;
}

void Session::SetCurrent(std::string catalog, std::string schema) {
  std::lock_guard lock(mutex_);
  catalog_ = std::move(catalog);
  schema_ = std::move(schema);
}

std::shared_ptr<Session> Session::Clone(std::string new_session_id) const {
  auto clone = std::make_shared<Session>(user_id_, std::move(new_session_id), nullptr, global_views_);
  clone->conf_ = conf_;
  temp_views_.CopyTo(clone->temp_views_);
  artifacts_.CopyTo(clone->artifacts_);
  clone->SetCurrent(current_catalog(), current_schema());
  return clone;
}

}  // namespace headrace::engine

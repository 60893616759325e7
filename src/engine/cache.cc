#include "engine/precompiled.h"

#include "base/ids.h"
#include "engine/engine.h"

namespace headrace::engine {

namespace {

/// Frames cached by persist(), by the text of their analyzed plan, which names the versions of the tables it reads.
class CachedPlans {
 public:
  struct Entry {
    StorageLevel level;
    std::string frame;  ///< Id in SessionFrames; "" until first use.
  };
  std::mutex mutex;
  std::map<std::string, Entry> entries;
};

}  // namespace

void Engine::Persist(const std::shared_ptr<Session>& session, const plan::RelationPtr& relation, const StorageLevel& level) {
  ExecuteOptions options;
  SessionAnalysis analysis(*this, session, options);
  auto typed = analysis.analyzer().Analyze(relation);
  auto& plans = session->Attached<CachedPlans>();
  std::lock_guard lock(plans.mutex);
  plans.entries.try_emplace(PlanText(typed), CachedPlans::Entry{level, ""});
}

void Engine::Unpersist(const std::shared_ptr<Session>& session, const plan::RelationPtr& relation, bool) {
  ExecuteOptions options;
  SessionAnalysis analysis(*this, session, options);
  auto typed = analysis.analyzer().Analyze(relation);
  auto& plans = session->Attached<CachedPlans>();
  std::lock_guard lock(plans.mutex);
  auto found = plans.entries.find(PlanText(typed));
  if (found == plans.entries.end()) return;
  if (!found->second.frame.empty()) session->Attached<SessionFrames>().Remove(found->second.frame);
  plans.entries.erase(found);
}

StorageLevel Engine::GetStorageLevel(const std::shared_ptr<Session>& session, const plan::RelationPtr& relation) {
  ExecuteOptions options;
  SessionAnalysis analysis(*this, session, options);
  auto typed = analysis.analyzer().Analyze(relation);
  auto& plans = session->Attached<CachedPlans>();
  std::lock_guard lock(plans.mutex);
  auto found = plans.entries.find(PlanText(typed));
  return found == plans.entries.end() ? StorageLevel{} : found->second.level;
}

void ClearCache(const std::shared_ptr<Session>& session) {
  auto& plans = session->Attached<CachedPlans>();
  std::lock_guard lock(plans.mutex);
  for (const auto& [text, entry] : plans.entries) {
    if (!entry.frame.empty()) session->Attached<SessionFrames>().Remove(entry.frame);
  }
  plans.entries.clear();
}

analysis::TypedRelationPtr Engine::UseCached(const std::shared_ptr<Session>& session, const analysis::TypedRelationPtr& plan,
                                             const ExecuteOptions& options, bool fill) {
  auto& plans = session->Attached<CachedPlans>();
  {
    std::lock_guard lock(plans.mutex);
    if (plans.entries.empty()) return plan;
  }
  std::string text = PlanText(plan);
  std::string frame_id;
  {
    std::lock_guard lock(plans.mutex);
    auto found = plans.entries.find(text);
    if (found != plans.entries.end()) frame_id = found->second.frame.empty() ? "new" : found->second.frame;
  }
  if (frame_id == "new" && fill) {
    auto result = Materialize(session, plan, options);
    auto frame = std::make_shared<CachedFrame>();
    frame->id = frame_id = NewUuid();
    frame->schema = SchemaOf(*plan);
    frame->rows = std::shared_ptr<duckdb::ColumnDataCollection>(result->TakeCollection().release());
    session->Attached<SessionFrames>().Put(frame);
    std::lock_guard lock(plans.mutex);
    auto found = plans.entries.find(text);
    if (found != plans.entries.end()) found->second.frame = frame_id;
  }
  if (!frame_id.empty()) {
    analysis::TypedRows rows;
    rows.cached_id = frame_id;
    std::vector<analysis::Attribute> output;
    for (const auto& attribute : plan->output) {
      if (!attribute.hidden) output.push_back(attribute);
    }
    return analysis::MakeTypedRelation(std::move(rows), std::move(output), plan->plan_id);
  }
  // Not this plan: perhaps what it reads.
  auto copy = std::make_shared<analysis::TypedRelation>(*plan);
  std::visit(
      [&](auto& node) {
        using Node = std::decay_t<decltype(node)>;
        if constexpr (requires { node.input; }) {
          if (node.input) node.input = UseCached(session, node.input, options, fill);
        } else if constexpr (requires { node.left; }) {
          node.left = UseCached(session, node.left, options, fill);
          node.right = UseCached(session, node.right, options, fill);
        } else if constexpr (requires { node.inputs; }) {
          for (auto& input : node.inputs) input = UseCached(session, input, options, fill);
        } else if constexpr (std::is_same_v<Node, analysis::TypedWith>) {
          for (auto& definition : node.definitions) definition.plan = UseCached(session, definition.plan, options, fill);
          node.body = UseCached(session, node.body, options, fill);
        }
      },
      copy->node);
  return copy;
}

}  // namespace headrace::engine

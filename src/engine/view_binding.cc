#include "engine/precompiled.h"

#include "engine/view_binding.h"

#include <concepts>
#include <set>

#include "base/error.h"
#include "catalog/catalog.h"
#include "engine/parser_options.h"
#include "plan/names.h"
#include "sql/parser.h"

namespace headrace::engine {

namespace {

using duckdb::StringUtil;
using plan::ExpressionPtr;
using plan::RelationPtr;

class Binder {
 public:
  Binder(CommandContext& context, const plan::CreateView& command) : context_(context), command_(command) {}

  RelationPtr Bind(const RelationPtr& relation) {
    if (!relation) return relation;
    if (const auto* table = plan::As<plan::ReadTable>(relation)) return BindTable(*table, relation);
    if (const auto* text = plan::As<plan::SqlText>(relation)) return BindText(*text, relation);
    if (const auto* with = plan::As<plan::With>(relation)) return BindWith(*with, relation);
    return std::visit([&](const auto& node) { return BindNode(node, relation); }, relation->node);
  }

 private:
  bool is_frame() const { return command_.sql.empty(); }

  template <typename Node>
  RelationPtr BindNode(const Node& node, const RelationPtr& relation) {
    Node bound = node;
    bool any = false;
    auto replace = [&](auto& part) {
      auto made = Bind(part);
      any = any || made != part;
      part = std::move(made);
    };
    if constexpr (requires {
                    { bound.input } -> std::same_as<RelationPtr&>;
                  })
      replace(bound.input);
    if constexpr (requires {
                    { bound.left } -> std::same_as<RelationPtr&>;
                  }) {
      replace(bound.left);
      replace(bound.right);
    }
    if constexpr (std::is_same_v<Node, plan::WithRelations>) {
      replace(bound.root);
      for (auto& reference : bound.references) replace(reference);
    }
    if constexpr (requires {
                    { bound.condition } -> std::same_as<ExpressionPtr&>;
                  })
      replace(bound.condition);
    if constexpr (requires {
                    { bound.expressions } -> std::same_as<plan::Expressions&>;
                  }) {
      for (auto& expression : bound.expressions) replace(expression);
    }
    return any ? plan::MakeRelation(std::move(bound), relation->origin, relation->plan_id) : relation;
  }

  /// Sub-queries inside an expression.
  ExpressionPtr Bind(const ExpressionPtr& expression) {
    auto changed = [&](auto node, auto member) {
      auto made = Bind(node.*member);
      if (made == node.*member) return expression;
      node.*member = std::move(made);
      return plan::Make(std::move(node), expression->origin);
    };
    if (!expression) return expression;
    if (const auto* alias = plan::As<plan::Alias>(expression)) return changed(*alias, &plan::Alias::child);
    if (const auto* cast = plan::As<plan::Cast>(expression)) return changed(*cast, &plan::Cast::child);
    if (const auto* subquery = plan::As<plan::Subquery>(expression)) return changed(*subquery, &plan::Subquery::plan);
    const auto* call = plan::As<plan::FunctionCall>(expression);
    if (call == nullptr) return expression;
    plan::FunctionCall bound = *call;
    for (auto& argument : bound.arguments) argument = Bind(argument);
    return bound.arguments == call->arguments ? expression : plan::Make(std::move(bound), expression->origin);
  }

  RelationPtr BindWith(const plan::With& with, const RelationPtr& relation) {
    plan::With bound = with;
    std::vector<std::string> added;
    for (auto& definition : bound.definitions) {
      std::string name = StringUtil::Lower(definition.name);
      if (with.recursive && hidden_.insert(name).second) added.push_back(name);
      definition.plan = Bind(definition.plan);
      if (hidden_.insert(name).second) added.push_back(name);
    }
    bound.body = Bind(bound.body);
    for (const auto& name : added) hidden_.erase(name);
    return plan::MakeRelation(std::move(bound), relation->origin, relation->plan_id);
  }

  /// spark.sql(text): stays as it is where no name in it needs to be bound.
  RelationPtr BindText(const plan::SqlText& text, const RelationPtr& relation) {
    if (!text.named_arguments.empty() || !text.positional_arguments.empty()) return relation;
    RelationPtr parsed = sql::ParseQuery(text.text, ParserOptionsOf(*context_.session));
    RelationPtr bound = Bind(parsed);
    if (bound == parsed) return relation;
    plan::Relation kept = *bound;
    kept.plan_id = relation->plan_id;
    return std::make_shared<const plan::Relation>(std::move(kept));
  }

  RelationPtr BindTable(const plan::ReadTable& table, const RelationPtr& relation) {
    if (table.name.empty() || table.name.size() > 2) return relation;
    if (table.name.size() == 1 && hidden_.count(StringUtil::Lower(table.name[0])) != 0) return relation;
    const bool global = table.name.size() == 2 && StringUtil::CIEquals(table.name[0], catalog::kGlobalTemp);
    TempViews& views = global ? context_.session->global_temp_views() : context_.session->temp_views();
    auto view = global || table.name.size() == 1 ? views.Find(table.name.back()) : nullptr;
    if (view) {
      const bool same_scope = global == (command_.scope == plan::CreateView::Scope::kGlobalTemporary);
      if (!is_frame()) {
        if (same_scope && StringUtil::CIEquals(view->name, command_.name.back())) ThrowRecursiveView(table.name);
        return relation;
      }
      plan::SubqueryAlias named;
      named.input = view->plan;
      named.alias = {view->name};
      for (const auto& [name, comment] : view->columns) named.columns.push_back(name);
      return plan::MakeRelation(std::move(named), relation->origin, relation->plan_id);
    }
    auto full = catalog::Catalog::Qualify(table.name, context_.current());
    if (!context_.engine.catalog().FindTable(full)) return relation;
    plan::ReadTable bound = table;
    bound.name = full.parts();
    return plan::MakeRelation(std::move(bound), relation->origin, relation->plan_id);
  }

  CommandContext& context_;
  const plan::CreateView& command_;
  std::set<std::string> hidden_;  ///< Names of WITH around the relation, in lower case.
};

}  // namespace

plan::RelationPtr BindView(CommandContext& context, const plan::CreateView& command) {
  return Binder(context, command).Bind(command.plan);
}

void ThrowRecursiveView(const plan::NameParts& view) {
  std::string name = plan::QuotedName(view), path = name + " -> " + name;
  throw Error(ErrorKind::kAnalysis, "RECURSIVE_VIEW", "Recursive view " + name + " detected (cycle: " + path + ").",
              {{"viewIdent", name}, {"newPath", path}})
      .WithSqlState("42K0H");
}

}  // namespace headrace::engine

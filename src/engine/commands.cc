#include "engine/precompiled.h"

#include "engine/commands.h"
#include "engine/commands_delta.h"
#include "engine/relation_lookup.h"

namespace headrace::engine {

CommandAnswer RunCommand(CommandContext& context, const plan::Command& command) {
  return std::visit([&](const auto& node) { return Run(context, node); }, command.node);
}

plan::Schema CommandSchema(CommandContext& context, const plan::Command& command) {
  return std::visit(
      [&](const auto& node) -> plan::Schema {
        using Node = std::decay_t<decltype(node)>;
        if constexpr (std::is_same_v<Node, plan::DeltaCommand>) {
          return AnswerSchema(node);
        } else if constexpr (std::is_same_v<Node, plan::Delete> || std::is_same_v<Node, plan::Update>) {
          return ChangedRowsSchema();
        } else if constexpr (std::is_same_v<Node, plan::Merge>) {
          return MergeAnswerSchema();
        } else if constexpr (std::is_same_v<Node, plan::Show>) {
          return ShowSchema(context, node);
        } else if constexpr (std::is_same_v<Node, plan::Describe>) {
          return DescribeSchema(node);
        } else if constexpr (std::is_same_v<Node, plan::SetCommand>) {
          return SetSchema(node);
        } else if constexpr (std::is_same_v<Node, plan::Explain>) {
          return {TextColumn("plan", true)};
        } else {
          return {};  // The others answer nothing.
        }
      },
      command.node);
}

}  // namespace headrace::engine

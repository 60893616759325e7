#include "engine/precompiled.h"

#include "engine/commands.h"

namespace headrace::engine {

CommandAnswer RunCommand(CommandContext& context, const plan::Command& command) {
  return std::visit([&](const auto& node) { return Run(context, node); }, command.node);
}

}  // namespace headrace::engine

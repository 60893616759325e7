#include "analysis/analyzer_internal.h"

namespace headrace::analysis {

Frame Analyzer::Impl::Transpose(const plan::Relation&, const plan::Transpose&, Frame, const Scope*) {
  ThrowUnsupported("transpose");
}

Frame Analyzer::Impl::Statistics(const plan::Relation&, const plan::Statistics& node, Frame, const Scope*) {
  ThrowUnsupported("df.stat." + node.kind);
}

}  // namespace headrace::analysis

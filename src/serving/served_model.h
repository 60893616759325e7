#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "features/online_store.h"
#include "serving/feature_lookup.h"
#include "serving/model_metadata.h"
#include "serving/python_workers.h"
#include "serving/runtime.h"
#include "serving/scoring_input.h"

namespace headrace::serving {

/// What a model needs to be loaded.
struct RuntimeOptions {
  PythonOptions python;
  std::string xgboost_library;  ///< libxgboost.so; empty finds the one of the Python packages.
  std::string lightgbm_library;  ///< lib_lightgbm.so; the same.
  std::string work_dir;  ///< For models converted once.
  size_t workers = 1;  ///< Python processes of a model that needs them.
  WorkerLimits limits;
  std::shared_ptr<StandbyWorker> standby;  ///< Shared by all models; may be null.
};

/// The answer to an invocation.
struct ScoringAnswer {
  int status = 200;
  std::string body;
};

/// One version of a model, loaded and ready to predict. Immutable and thread-safe.
class ServedModel {
 public:
  /// Loads and warms a model: predicts once, so that the first request finds all in place. Throws what is wrong with
  /// the model: kInvalidParameter, or kNotFound when a feature table it looks up was not published.
  static std::shared_ptr<const ServedModel> Load(const std::string& model_path, const RuntimeOptions& options,
                                                 const features::OnlineStore* store);
  ~ServedModel();

  /// Answers an invocation's body. `answer->body` is reused. Errors of the request and of the model leave as Error.
  void Score(std::string_view body, ScoringAnswer* answer) const;
  /// The same without waiting for anything: false when that cannot be.
  bool TryScore(std::string_view body, ScoringAnswer* answer) const { return native_ && ScoreNative(body, answer, false); }

  bool native() const { return native_ != nullptr; }
  /// Why a worker serves it: "" for a native model.
  const std::string& worker_reason() const { return worker_reason_; }
  const ModelMetadata& metadata() const { return metadata_; }

 private:
  ServedModel();
  void LoadRuntime(const RuntimeOptions& options);
  NativeLoad TryNative(const RuntimeOptions& options, const ModelMetadata& model);
  void BuildLayout(const ModelMetadata& model);
  void BuildLookups();
  void WarmUp();
  bool ScoreNative(std::string_view body, ScoringAnswer* answer, bool may_block) const;
  void ScoreInWorker(std::string_view body, ScoringAnswer* answer) const;

  ModelMetadata metadata_;
  const features::OnlineStore* store_ = nullptr;
  std::unique_ptr<NativeModel> native_;
  std::unique_ptr<InputLayout> layout_;
  std::vector<std::unique_ptr<FeatureLookup>> lookups_;
  std::vector<std::string> model_columns_;  // The raw model's inputs by name, for a worker behind look-ups.
  std::unique_ptr<PythonWorkers> workers_;
  std::string worker_reason_;
};

/// Where the shared library of a Python package lies, asked of the interpreter once. `relative` is its path within the
/// package: "lib/libxgboost.so". Throws kUnavailable when the package is not there.
std::string FindPackageLibrary(const PythonOptions& python, const std::string& package, const std::string& relative);

}  // namespace headrace::serving

#include "serving/served_model.h"

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>

#include "base/error.h"
#include "base/ids.h"
#include "serving/feature_lookup.h"
#include "serving/prediction_writer.h"

namespace headrace::serving {
namespace {

namespace fs = std::filesystem;

WorkerAnswer AskWorker(const PythonOptions& python, PythonWorker::Request request, const json::object& payload) {
  PythonWorker worker(python);
  return worker.Call(request, json::serialize(payload), python.load_timeout_ms, python.load_cancelled);
}

std::string MessageOf(const WorkerAnswer& answer) { return std::string(ParseJson(answer.body).at("message").as_string()); }

/// LightGBM writes the categories of pandas columns as the last line of a model file.
bool HasPandasCategories(const std::string& file) {
  std::ifstream in(file, std::ios::ate | std::ios::binary);
  const auto size = static_cast<std::streamoff>(in.tellg());
  const std::streamoff tail = std::min<std::streamoff>(size, 65536);
  in.seekg(size - tail);
  std::string text(tail, '\0');
  in.read(text.data(), tail);
  const size_t at = text.rfind("pandas_categorical:");
  if (at == std::string::npos) return size > tail;  // A list too long to see is not empty.
  const std::string value = text.substr(at + 19, text.find('\n', at) - at - 19);
  return value != "null" && value != "[]";
}

/// A pickled scikit-learn wrapper becomes a LightGBM text file and its class labels, once a model folder.
NativeLoad LoadLightgbmWrapper(const std::string& library, const ModelMetadata& model, const RuntimeOptions& options) {
  const fs::path folder = fs::path(options.work_dir) / "lightgbm";
  fs::create_directories(folder);
  const fs::path text = folder / (std::to_string(std::hash<std::string>()(model.path)) + "-" + NewHexId() + ".txt");
  const WorkerAnswer answer =
      AskWorker(options.python, PythonWorker::Request::kExportLightgbm, {{"model_path", model.path}, {"output", text.string()}});
  if (answer.status != 200) {
    throw Error(ErrorKind::kInvalidParameter, "BAD_REQUEST", "The LightGBM model does not load: " + MessageOf(answer));
  }
  const json::value body = ParseJson(answer.body);
  if (const auto* reason = body.as_object().if_contains("reason")) return {nullptr, std::string(reason->as_string())};
  std::vector<std::string> labels;
  for (const auto& label : body.at("labels").as_array()) labels.push_back(json::serialize(label));
  NativeLoad load = LoadLightgbm(library, text, std::move(labels));
  std::error_code ignored;  // A file left in the work folder costs space only.
  fs::remove(text, ignored);
  return load;
}

}  // namespace

ServedModel::ServedModel() = default;
ServedModel::~ServedModel() = default;

std::string FindPackageLibrary(const PythonOptions& python, const std::string& package, const std::string& relative) {
  static std::mutex mutex;
  static auto& found = *new std::map<std::string, std::string>();
  const std::string key = python.executable + "\n" + package;
  std::lock_guard lock(mutex);
  if (const auto it = found.find(key); it != found.end()) return it->second;
  const WorkerAnswer answer = AskWorker(python, PythonWorker::Request::kFindPackage, {{"package", package}});
  if (answer.status != 200) throw Error(ErrorKind::kUnavailable, "TEMPORARILY_UNAVAILABLE", MessageOf(answer));
  const fs::path path = fs::path(std::string_view(ParseJson(answer.body).at("path").as_string())) / relative;
  if (!fs::exists(path)) {
    throw Error(ErrorKind::kUnavailable, "TEMPORARILY_UNAVAILABLE", "The Python package has no " + path.string() + ".");
  }
  return found[key] = path;
}

std::shared_ptr<const ServedModel> ServedModel::Load(const std::string& model_path, const RuntimeOptions& options,
                                                     const features::OnlineStore* store) {
  std::shared_ptr<ServedModel> model(new ServedModel());
  model->metadata_ = ReadModelMetadata(model_path);
  model->store_ = store;
  model->LoadRuntime(options);
  model->WarmUp();
  return model;
}

NativeLoad ServedModel::TryNative(const RuntimeOptions& options, const ModelMetadata& model) {
  if (model.native_flavor.empty()) return {nullptr, "flavor " + model.loader_module};
  if (model.signature && (model.signature->tensor || !model.signature->AllNumeric())) {
    return {nullptr, "inputs that are not all numbers"};
  }
  if (model.signature && model.signature->params) return {nullptr, "inference parameters"};
  if (model.native_flavor == "xgboost") {
    const std::string library = options.xgboost_library.empty()
                                    ? FindPackageLibrary(options.python, "xgboost", "lib/libxgboost.so")
                                    : options.xgboost_library;
    return LoadXgboost(library, model.native_file, model.model_class);
  }
  const std::string library = options.lightgbm_library.empty()
                                  ? FindPackageLibrary(options.python, "lightgbm", "lib/lib_lightgbm.so")
                                  : options.lightgbm_library;
  if (model.model_class != "lightgbm.basic.Booster") return LoadLightgbmWrapper(library, model, options);
  if (HasPandasCategories(model.native_file)) return {nullptr, "categorical features"};
  return LoadLightgbm(library, model.native_file, {});
}

void ServedModel::LoadRuntime(const RuntimeOptions& options) {
  ModelMetadata raw;
  if (metadata_.feature_spec) raw = ReadModelMetadata(metadata_.raw_model_path);
  const ModelMetadata& model = metadata_.feature_spec ? raw : metadata_;

  if (model.signature) {
    for (const auto& column : model.signature->columns) model_columns_.push_back(column.name);
  } else if (metadata_.feature_spec) {
    for (const auto& column : metadata_.feature_spec->columns) {
      if (column.included) model_columns_.push_back(column.name);
    }
  }
  NativeLoad load = TryNative(options, model);
  if (load.model) {
    // The names the model was trained with must be those of its signature, in order; otherwise Python decides.
    const auto& names = load.model->feature_names();
    const bool named = !names.empty() && !names[0].empty();
    const bool fits = model_columns_.empty() || (model_columns_.size() == names.size() &&
                                                 (!named || model_columns_ == names || model.native_flavor == "lightgbm"));
    if (!fits) load = {nullptr, "a signature that differs from the model's features"};
  }
  if (load.model) {
    native_ = std::move(load.model);
    BuildLayout(model);
  } else {
    worker_reason_ = load.reason;
    // What is imported before a worker has its own variables may have read others.
    workers_ = std::make_unique<PythonWorkers>(
        options.python, options.limits, options.python.environment.empty() ? options.standby : nullptr,
        json::serialize(json::object{{"model_path", model.path}, {"looks_up", metadata_.feature_spec.has_value()}}),
        options.workers);
  }
  BuildLookups();
}

void ServedModel::BuildLayout(const ModelMetadata& model) {
  std::vector<InputColumn> columns;
  bool named = true, strict = true;
  if (model.signature && !model.signature->columns.empty()) {
    columns = model.signature->columns;
    named = strict = model.signature->named;
  } else if (!model_columns_.empty()) {
    for (const auto& name : model_columns_) columns.push_back({name, InputType::kDouble, true});
  } else {
    for (const auto& name : native_->feature_names()) columns.push_back({name, InputType::kDouble, true});
    named = !columns.empty() && !columns[0].name.empty();
    strict = false;
  }
  if (metadata_.feature_spec) {
    // What may be missing is a double, in batches too.
    for (auto& column : columns) column.type = InputType::kDouble;
  }
  layout_ = std::make_unique<InputLayout>(std::move(columns), named, strict);
}

void ServedModel::BuildLookups() {
  if (!metadata_.feature_spec) return;
  if (!store_) ThrowInternal("a model with look-ups needs the online store");
  std::map<std::pair<std::string, std::vector<std::string>>, FeatureLookup*> grouped;
  for (const auto& column : metadata_.feature_spec->columns) {
    if (!column.from_store) continue;
    int at = -1;
    for (size_t i = 0; i < model_columns_.size(); ++i) {
      if (model_columns_[i] == column.name) at = static_cast<int>(i);
    }
    if (at < 0) continue;  // Looked up for training, then excluded.
    auto& lookup = grouped[{column.table, column.lookup_keys}];
    if (!lookup) {
      lookups_.push_back(std::make_unique<FeatureLookup>(column.table, column.lookup_keys, layout_.get()));
      lookup = lookups_.back().get();
    }
    lookup->Add(column, static_cast<size_t>(at));
    if (layout_) layout_->MarkLookedUp(static_cast<size_t>(at));
  }
}

void ServedModel::WarmUp() {
  for (const auto& lookup : lookups_) lookup->Bind(*store_);
  if (!native_) return;  // A worker predicts the model's own example when it loads.
  const std::vector<double> row(native_->num_features(), 0.0);
  Predictions predictions;
  native_->Predict(row.data(), 1, &predictions);
}

void ServedModel::Score(std::string_view body, ScoringAnswer* answer) const {
  native_ ? (void)ScoreNative(body, answer, true) : ScoreInWorker(body, answer);
}

bool ServedModel::ScoreNative(std::string_view body, ScoringAnswer* answer, bool may_block) const {
  // Warm after a thread's first requests: the path below then takes no memory from the heap.
  thread_local ScoringInput input;
  thread_local Predictions predictions;
  input.Read(*layout_, body);
  for (const auto& lookup : lookups_) {
    if (!lookup->Fill(*store_, &input, may_block)) return false;
  }
  predictions.values.clear();
  if (input.rows() > 0) native_->Predict(input.matrix(), input.rows(), &predictions);
  answer->status = 200;
  WritePredictions(*native_, predictions, input.rows(), &answer->body);
  return true;
}

void ServedModel::ScoreInWorker(std::string_view body, ScoringAnswer* answer) const {
  WorkerAnswer reply = lookups_.empty() && !metadata_.feature_spec
                           ? workers_->Predict(body)
                           : workers_->Predict(AssembleRows(body, model_columns_, lookups_, *store_));
  answer->status = reply.status;
  answer->body = std::move(reply.body);
}

}  // namespace headrace::serving

#include <google/protobuf/io/coded_stream.h>
#include <spark/connect/base.pb.h>
#include <spark/connect/relations.pb.h>
#include <zstd.h>

#include "base/error.h"
#include "connect/decode.h"

namespace headrace::connect {

namespace sc = ::spark::connect;

namespace {

/// A decompressed plan larger than this is refused: it would not have been accepted uncompressed either.
constexpr unsigned long long kMaxPlanBytes = 1ULL << 30;

std::string Decompress(const std::string& data) {
  unsigned long long size = ZSTD_getFrameContentSize(data.data(), data.size());
  auto fail = [](const std::string& why) {
    ThrowInvalidPlan("CANNOT_PARSE",
                     "Cannot decompress or parse the input plan (" + why +
                         ") This may be caused by a corrupted "
                         "compressed plan. To disable plan compression, set 'spark.connect.session.planCompression.threshold' "
                         "to -1.",
                     {{"errorMsg", why}});
  };
  if (size == ZSTD_CONTENTSIZE_ERROR) fail("not a zstd frame");
  if (size != ZSTD_CONTENTSIZE_UNKNOWN && size > kMaxPlanBytes) fail("the plan is too large");
  std::string out;
  ZSTD_DCtx* context = ZSTD_createDCtx();
  ZSTD_inBuffer input{data.data(), data.size(), 0};
  std::string piece(ZSTD_DStreamOutSize(), '\0');
  size_t result = 1;
  while (result != 0 && out.size() <= kMaxPlanBytes) {
    ZSTD_outBuffer output{piece.data(), piece.size(), 0};
    result = ZSTD_decompressStream(context, &output, &input);
    if (ZSTD_isError(result)) break;
    out.append(piece.data(), output.pos);
    if (output.pos == 0 && input.pos == input.size) break;
  }
  ZSTD_freeDCtx(context);
  if (result != 0) fail(ZSTD_isError(result) ? ZSTD_getErrorName(result) : "the frame is cut short or too large");
  return out;
}

}  // namespace

void ThrowInvalidPlan(const std::string& subclass, const std::string& message, std::map<std::string, std::string> parameters) {
  throw Error(ErrorKind::kInvalidPlan, "CONNECT_INVALID_PLAN." + subclass, "The Spark Connect plan is invalid. " + message,
              std::move(parameters))
      .WithSqlState("56K00");
}

void ParseDeep(std::string_view bytes, google::protobuf::MessageLite& message) {
  google::protobuf::io::CodedInputStream input(reinterpret_cast<const uint8_t*>(bytes.data()), static_cast<int>(bytes.size()));
  input.SetRecursionLimit(kRecursionLimit);
  if (bytes.size() > INT32_MAX || !message.ParseFromCodedStream(&input) || !input.ConsumedEntireMessage()) {
    ThrowInvalidPlan("CANNOT_PARSE", "Cannot decompress or parse the input plan (the message is broken or nested too deep)",
                     {{"errorMsg", "the message is broken or nested too deep"}});
  }
}

PlanRoot RootOf(const sc::Plan& plan) {
  PlanRoot root;
  switch (plan.op_type_case()) {
    case sc::Plan::kRoot:
      root.relation = &plan.root();
      return root;
    case sc::Plan::kCommand:
      root.command = &plan.command();
      return root;
    case sc::Plan::kCompressedOperation:
      break;
    default:
      ThrowInvalidPlan("PLAN_NOT_SET", "Plan is not set.");
  }
  const auto& compressed = plan.compressed_operation();
  if (compressed.compression_codec() != sc::COMPRESSION_CODEC_ZSTD) {
    ThrowInvalidPlan("CANNOT_PARSE", "Unknown compression of the plan.", {{"errorMsg", "unknown compression"}});
  }
  std::string bytes = Decompress(compressed.data());
  if (compressed.op_type() == sc::Plan_CompressedOperation_OpType_OP_TYPE_COMMAND) {
    auto command = std::make_shared<sc::Command>();
    ParseDeep(bytes, *command);
    root.command = command.get();
    root.storage = command;
  } else {
    auto relation = std::make_shared<sc::Relation>();
    ParseDeep(bytes, *relation);
    root.relation = relation.get();
    root.storage = relation;
  }
  return root;
}

std::shared_ptr<const std::string> PlanDecoder::CachedBlock(const std::string& hash) const {
  auto block = session_.artifacts().Find("cache/" + hash);
  if (block) return block;
  throw Error(ErrorKind::kInvalidPlan, "CONNECT_INVALID_PLAN.CANNOT_FIND_CACHED_LOCAL_RELATION",
              "The Spark Connect plan is invalid. Cannot find a cached local relation for hash: " + hash, {{"hash", hash}})
      .WithSqlState("56K00");
}

plan::LocalRelation PlanDecoder::CachedLocal(const std::string& hash) {
  // The block is a serialized LocalRelation message.
  auto block = CachedBlock(hash);
  sc::LocalRelation relation;
  ParseDeep(*block, relation);
  plan::LocalRelation node;
  if (relation.has_data()) node.arrow_ipc = std::make_shared<const std::string>(std::move(*relation.mutable_data()));
  if (relation.has_schema() && !relation.schema().empty()) node.schema = SchemaText(relation.schema());
  return node;
}

plan::LocalRelation PlanDecoder::ChunkedLocal(const sc::ChunkedCachedLocalRelation& relation) {
  plan::LocalRelation node;
  for (const auto& hash : relation.datahashes()) node.chunks.push_back(CachedBlock(hash));
  if (relation.has_schemahash() && !relation.schemahash().empty()) {
    node.schema = SchemaText(*CachedBlock(relation.schemahash()));
  }
  return node;
}

}  // namespace headrace::connect

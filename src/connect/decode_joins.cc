#include <spark/connect/relations.pb.h>

#include <boost/algorithm/string/case_conv.hpp>

#include "base/error.h"
#include "connect/decode.h"

namespace headrace::connect {

namespace sc = ::spark::connect;

namespace {

plan::JoinType ToJoinType(sc::Join_JoinType type) {
  switch (type) {
    case sc::Join_JoinType_JOIN_TYPE_INNER:
      return plan::JoinType::kInner;
    case sc::Join_JoinType_JOIN_TYPE_FULL_OUTER:
      return plan::JoinType::kFull;
    case sc::Join_JoinType_JOIN_TYPE_LEFT_OUTER:
      return plan::JoinType::kLeft;
    case sc::Join_JoinType_JOIN_TYPE_RIGHT_OUTER:
      return plan::JoinType::kRight;
    case sc::Join_JoinType_JOIN_TYPE_LEFT_ANTI:
      return plan::JoinType::kLeftAnti;
    case sc::Join_JoinType_JOIN_TYPE_LEFT_SEMI:
      return plan::JoinType::kLeftSemi;
    case sc::Join_JoinType_JOIN_TYPE_CROSS:
      return plan::JoinType::kCross;
    default:
      ThrowInvalidPlan("JOIN_TYPE", "The join type is not set or not known.");
  }
}

}  // namespace

plan::Join PlanDecoder::JoinNode(const sc::Join& join) {
  plan::Join node;
  node.left = Input(join.has_left(), join.left());
  node.right = Input(join.has_right(), join.right());
  if (!node.left || !node.right) ThrowInvalidPlan("JOIN_INPUTS", "Both join sides must be present.");
  node.type = ToJoinType(join.join_type());
  node.using_columns.assign(join.using_columns().begin(), join.using_columns().end());
  if (join.has_join_condition()) {
    if (!node.using_columns.empty()) {
      ThrowInvalidPlan("USING_COLUMNS_OR_JOIN_CONDITION_SET_IN_JOIN",
                       "Using columns or join conditions cannot be set at the same time in Join");
    }
    node.condition = Expression(join.join_condition());
  }
  if (join.has_join_data_type()) ThrowUnsupported("joinWith of typed datasets");
  return node;
}

plan::Join PlanDecoder::LateralJoinNode(const sc::LateralJoin& join) {
  plan::Join node;
  node.left = Relation(join.left());
  node.right = Relation(join.right());
  node.type = ToJoinType(join.join_type());
  node.lateral = true;
  if (join.has_join_condition()) node.condition = Expression(join.join_condition());
  return node;
}

plan::AsOfJoin PlanDecoder::AsOfJoinNode(const sc::AsOfJoin& join) {
  plan::AsOfJoin node;
  node.left = Relation(join.left());
  node.right = Relation(join.right());
  node.left_as_of = Expression(join.left_as_of());
  node.right_as_of = Expression(join.right_as_of());
  if (join.has_join_expr()) node.condition = Expression(join.join_expr());
  node.using_columns.assign(join.using_columns().begin(), join.using_columns().end());
  std::string type = boost::algorithm::to_lower_copy(join.join_type());
  if (type == "left" || type == "leftouter" || type == "left_outer") {
    node.type = plan::JoinType::kLeft;
  } else if (type != "inner") {
    throw Error(ErrorKind::kAnalysis, "AS_OF_JOIN.UNSUPPORTED_DIRECTION",
                "Invalid as-of join. Unsupported as-of join type '" + join.join_type() + "'.", {{"direction", join.join_type()}})
        .WithSqlState("42604");
  }
  if (join.has_tolerance()) node.tolerance = Expression(join.tolerance());
  node.allow_exact_matches = join.allow_exact_matches();
  std::string direction = boost::algorithm::to_lower_copy(join.direction());
  if (direction == "backward") {
    node.direction = plan::AsOfJoin::Direction::kBackward;
  } else if (direction == "forward") {
    node.direction = plan::AsOfJoin::Direction::kForward;
  } else if (direction == "nearest") {
    node.direction = plan::AsOfJoin::Direction::kNearest;
  } else {
    throw Error(ErrorKind::kAnalysis, "AS_OF_JOIN.UNSUPPORTED_DIRECTION",
                "Invalid as-of join. Unsupported as-of join direction '" + join.direction() +
                    "'. Supported as-of join direction include: 'backward', 'forward', 'nearest'.",
                {{"direction", join.direction()}, {"supported", "'backward', 'forward', 'nearest'"}})
        .WithSqlState("42604");
  }
  return node;
}

}  // namespace headrace::connect

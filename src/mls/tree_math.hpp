// Relations between the nodes of a full binary tree kept as an array (RFC 9420 Appendix C).
//
//          3            node 2·i is leaf i; an inner node at level k has k low bits set
//      .---+---.        below a zero. A tree of 2^d leaves has 2^(d+1) - 1 nodes, and its
//      1       5        root is node 2^d - 1.
//    .-+-.   .-+-.
//    0   2   4   6
#pragma once

#include <bit>
#include <compare>
#include <cstdint>

#include "mls/leaf_index.hpp"

namespace tern::mls {

struct NodeIndex {
  std::uint32_t value = 0;
  friend auto operator<=>(const NodeIndex&, const NodeIndex&) = default;
};

constexpr NodeIndex node_of(LeafIndex leaf) { return {2 * leaf.value}; }
constexpr bool is_leaf(NodeIndex node) { return (node.value & 1) == 0; }
constexpr LeafIndex leaf_of(NodeIndex node) { return {node.value / 2}; }

/// Leaves are at level 0, their parents at level 1.
constexpr unsigned level(NodeIndex node) {
  return static_cast<unsigned>(std::countr_one(node.value));
}
/// How many nodes a tree of `width` leaves has (`width` > 0).
constexpr std::uint32_t node_count(std::uint32_t width) { return 2 * width - 1; }
/// The root of a tree of `width` leaves, a power of two.
constexpr NodeIndex root_of(std::uint32_t width) { return {width - 1}; }
/// The children of an inner node.
constexpr NodeIndex left(NodeIndex node) { return {node.value ^ (1u << (level(node) - 1))}; }
constexpr NodeIndex right(NodeIndex node) { return {node.value ^ (3u << (level(node) - 1))}; }
/// The parent of a node that is not the root. In a full tree it depends on the node alone.
constexpr NodeIndex parent(NodeIndex node) {
  const auto k = level(node);
  return {(node.value | (1u << k)) & ~(1u << (k + 1))};
}
/// The other child of the parent.
constexpr NodeIndex sibling(NodeIndex node) {
  const auto above = parent(node);
  return node < above ? right(above) : left(above);
}
/// Whether `leaf` is below `node`, or is it.
constexpr bool is_below(LeafIndex leaf, NodeIndex node) {
  const auto k = level(node);
  return (node_of(leaf).value >> (k + 1)) == (node.value >> (k + 1));
}
/// The first leaf below `node`, and how many there are.
constexpr LeafIndex first_leaf(NodeIndex node) {
  return leaf_of({node.value & ~((1u << level(node)) - 1)});
}
constexpr std::uint32_t leaves_below(NodeIndex node) { return 1u << level(node); }
/// The lowest node above both of two different leaves.
constexpr NodeIndex common_ancestor(LeafIndex a, LeafIndex b) {
  const auto k = static_cast<unsigned>(std::bit_width(a.value ^ b.value));
  const auto base = (node_of(a).value >> (k + 1)) << (k + 1);
  return {base | ((1u << k) - 1)};
}
/// The child of `node` that is on the way down to `leaf`, which is below it.
constexpr NodeIndex child_towards(NodeIndex node, LeafIndex leaf) {
  return node_of(leaf) < node ? left(node) : right(node);
}

}  // namespace tern::mls

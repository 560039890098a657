"""A second opinion: random estates, a judge that walks their rules packet by packet, and the comparison with lint and trace.

The judge asks packet by packet. Where a report may tell the same in two ways, it takes either; these are all such places:

* `openings.doubtful`: what is a flow's of a role that is bound to nothing is told once, as `unbound-role`; what stands outside
  a virtual network of unknown extent may be in it.
* `openings.in_parts`, `open_anyway`: one finding has one certainty for all the places of a symbol; where somebody of it surely
  comes through at some place, that is told of the symbol as a whole.
* `openings.as_member`: what is unproven of a list may be told by the few addresses at which its entries could be.
* `openings.at_units`, `anywhere`: a rule that several units share is told once for all of them.
* `openings.tells_of_member`: that a group surely comes through may be told by the address of a member that is known.
* `openings.is_told_surely`: two blocked flows that one rule opens to the same packet are two findings, each with its certainty.
* `openings.is_extra_anyhow`: what nothing permits is extra for sure, though perhaps a blocked flow speaks of it as well.
* `openings.is_met_anywhere`: a role of unknown networks is met for sure where all private addresses come through, though not at
  which of them.
* `worlds.is_narrowed`, `is_mate`, `is_itself`: somebody who is not known, one who merely shares a group with a member of a
  blocked role, or a group that no member of it wears but the machine itself, is told as blocked or as extra.
* `worlds.goes_by_another_name`, and the address of one who is permitted: told by the group or by the addresses that bear it.
* `absences.told_with_the_rest`: ICMP of a flow of any protocol is told with the protocols of both families.
* `Unmet.vague`: known members let through at some of their addresses only, where the design says no more than "unproven".
* `compare.allowances_told`: whether an expired allowance is told where symbols are open, and pinned source ports of protocols
  that are not TCP, or of a rule that never takes effect.
"""

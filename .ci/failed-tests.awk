# The failed tests in the output of node:test, one a line: `suite > test (file:line): error`. Reads TAP, and the list at the
# end of its reporter "spec". A suite that failed only because a test in it did is not named again.

# TAP. Names come before results, four blanks deeper for each suite.
/^ *# Subtest: / {
  match($0, /^ */)
  names[RLENGTH / 4] = substr($0, RLENGTH + 12)
  next
}
/^ *not ok [0-9]+/ && !/# (TODO|SKIP)/ {
  match($0, /^ */)
  depth = RLENGTH / 4
  path = names[0]
  for (level = 1; level <= depth; level++) path = path " > " names[level]
  place = error = kind = ""
  inside = 1
  next
}
# The first lines of a long error: a property test says its seed there.
reading && (match($0, /^ */) && RLENGTH > margin || /^$/) {
  gsub(/^ +/, "")
  if (lines++ < 4) error = error (error == "" ? "" : " / ") $0
  next
}
reading { reading = 0 }
inside && /^ *location: / { place = unquoted() }
inside && /^ *failureType: / { kind = unquoted() }
inside && /^ *error: / {
  error = unquoted()
  match($0, /^ */)
  margin = RLENGTH
  if (error ~ /^[|>]/) { reading = 1; error = ""; lines = 0 }
}
inside && /^ *\.\.\.$/ {
  inside = 0
  if (kind != "subtestsFailed") print path " (" place "): " error
}

# spec. Before this line, each failure stands amidst what passed.
/^✖ failing tests:/ { listed = 1; next }
listed && /^test at / { place = substr($0, 9) }
listed && /^✖ / && !/# (TODO|SKIP)/ {
  path = substr($0, index($0, " ") + 1)
  sub(/ \([0-9.]+ms\)$/, "", path)
  if ((getline) <= 0) $0 = ""
  gsub(/^ +/, "")
  # Each suite is listed, too, with how many of its tests failed.
  if ($0 ~ /^'[0-9]+ subtests? failed'$/) next
  error = $0
  if (/Property failed/ && (getline) > 0) error = error " / " $0
  print path " (" place "): " error
}

function unquoted(text) {
  text = $0
  sub(/^ *[a-zA-Z]+: /, "", text)
  gsub(/^'|'$/, "", text)
  return text
}

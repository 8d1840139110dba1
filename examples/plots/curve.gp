# SPDX-License-Identifier: Apache-2.0
#
# gnuplot -c curve.gp curve.csv curve.svg: metrics (left axis) and loss (right axis) by epoch. The table has the columns
# epoch, loss, seconds, and one for each metric.

table = ARG1
set datafile separator ","
stats table using 1 skip 1 nooutput
columns = STATS_columns

set terminal svg size 800,500 dynamic enhanced font "sans-serif,13" background "white"
set output ARG2
set xlabel "epoch"
set ylabel "metric"
set y2label "loss"
set ytics nomirror
set y2tics
set yrange [0:*]
set grid ytics lt 1 lc rgb "#dddddd"
set border 11 lc rgb "#666666"
set key outside below maxrows 4 noenhanced

plot for [i = 4:columns] table using 1:i with linespoints pt 7 ps 0.4 lw 2 title columnheader(i), \
     table using 1:2 axes x1y2 with lines dt 2 lc rgb "#888888" title columnheader(2)
